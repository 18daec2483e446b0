"""All units as arrays, and questions put to the solver. Imports numpy, scipy and numba: loaded with the first question, used by one thread."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.dispatch.model.advice import RANKS, Advice, Asked, Basis, Known, Question, Seen, both
from services.dispatch.model.assignment import Candidate
from services.dispatch.model.road_closure import Blocked
from services.dispatch.model.unit import MILITARY, READY, SILENCE, send_until
from services.dispatch.solver import recommend as solver
from services.dispatch.solver.travel.places import Places, crow_metres
from services.dispatch.use_cases import explaining
from services.dispatch.use_cases.road_state import Roads

COUNTY = 6
"""Digits of a region's code that name a county or district."""

TOWN = 9
"""Digits of a region's code that name a town or street: the area that a crew's leaving leaves uncovered."""

BITS = 64
"""Qualifications that can be told apart at once."""

ANY = ""
"""Capability that every unit has, column 0."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Fleet:
    """The units that may ever be sent: in the register, not under military command."""

    def __init__(self, roads: Path | None, regions: Mapping[str, str]) -> None:
        self.roads = Roads(roads)
        self.travel = self.roads.travel
        self.regions = regions
        self._known: dict[str, Known] = {}
        self._seen: dict[str, Seen] = {}
        self._build()

    @property
    def basis(self) -> Basis:
        """Where travel times come from."""
        return self.roads.basis

    def take(self, known: Sequence[Known], seen: Sequence[Seen], closures: Sequence[Blocked] = ()) -> None:
        """Take in what changed."""
        self.roads.take(closures)
        whole = False
        for unit in known:
            before = self._known.get(unit.id)
            self._known[unit.id] = unit
            whole = whole or before is None or _what_it_is(before) != _what_it_is(unit)
        newer: dict[str, Seen] = {}
        for each in seen:
            last = newer.get(each.unit_id) or self._seen.get(each.unit_id)
            if last is None or each.located_at >= last.located_at:
                newer[each.unit_id] = each
        self._seen |= newer
        if whole:
            self._build()
            return
        for unit in known:
            row = self.row.get(unit.id)
            if row is not None:
                self.rows[row] = unit
                self._state(row, unit)
        for each in newer.values():
            row = self.row.get(each.unit_id)
            if row is not None:
                self._where(row, each)

    def _build(self) -> None:
        rows = [unit for unit in self._known.values() if unit.in_register and unit.team_class != MILITARY]
        self.rows = sorted(rows, key=lambda unit: unit.id)  # of two units as good as each other every process names the same
        self.row = {unit.id: row for row, unit in enumerate(self.rows)}
        self.column = {code: at for at, code in enumerate([ANY, *sorted({code for unit in self.rows for code in unit.brings})])}
        held = Counter(word for unit in self.rows for word in unit.qualifications)
        self.words = sorted(held, key=lambda word: (-held[word], word))
        self.bit = {word: at for at, word in enumerate(self.words[:BITS])}
        self.zones = sorted({unit.region_code[:TOWN] for unit in self.rows})
        zone_of = {code: at for at, code in enumerate(self.zones)}
        size = len(self.rows)
        counts = np.zeros((size, len(self.column)), np.int32)
        counts[:, 0] = 1
        for row, unit in enumerate(self.rows):
            for code, count in unit.brings.items():
                counts[row, self.column[code]] = count
        self.units = solver.Units.of(
            counts, rank=[RANKS.get(unit.team_class, 0) for unit in self.rows], qualifications=[self.mask(unit.qualifications) for unit in self.rows],
            zone=[zone_of[unit.region_code[:TOWN]] for unit in self.rows],
        )  # fmt: skip
        self.ready = np.zeros(size, np.bool_)
        self.send_until = np.full(size, np.inf)
        self.home = np.full((size, 2), np.nan)
        self.last = np.full((size, 2), np.nan)
        self.seen_at = np.full(size, -np.inf)
        self._inside: dict[tuple[str, tuple[str, ...]], Flags] = {}
        for row, unit in enumerate(self.rows):
            self._state(row, unit)
            if unit.id in self._seen:
                self._where(row, self._seen[unit.id])
        self.at = np.full((size, 2), np.nan)
        self.goers = self.travel.pin(Places.of(self.at[:, 0], self.at[:, 1]))

    def _state(self, row: int, unit: Known) -> None:
        """May be sent, or would be after its rest, whose end nobody told."""
        self.ready[row] = unit.state in (*READY, "resting") and not unit.bound
        self.units.rest_s[row] = np.inf if unit.state == "resting" else 0.0
        self.send_until[row] = send_until(unit.duty_end_at, unit.least_duty_minutes).timestamp() if unit.duty_end_at else np.inf
        if unit.home is not None:
            self.home[row] = unit.home

    def _where(self, row: int, seen: Seen) -> None:
        self.last[row], self.seen_at[row] = seen.place, seen.located_at.timestamp()

    def mask(self, words: Sequence[str] | frozenset[str]) -> int:
        """Qualifications as bits, of the words that have one now."""
        return sum(1 << self.bit[word] for word in words if word in self.bit)

    def distinguish(self, words: Collection[str]) -> None:
        """Give the words that a question demands, as far as any unit holds them, a bit: in place of the rarest that have one, when there are more than bits."""
        if all(word in self.bit or word not in self.words for word in words):
            return
        wanted = [word for word in self.words if word in words]
        self.bit = {word: at for at, word in enumerate([*wanted, *(word for word in self.words if word not in words)][:BITS])}
        self.units.qualify([self.mask(unit.qualifications) for unit in self.rows])

    def places(self, now: datetime) -> Flags:
        """Put every unit where it is: its position if it is fresh, else home, else the old position. Gives back which positions are old or of home."""
        fresh = now.timestamp() - self.seen_at <= SILENCE.total_seconds()
        use_last = fresh | np.isnan(self.home[:, 0])
        at = np.where(use_last[:, None], self.last, self.home)
        moved = np.flatnonzero(~((at == self.at) | (np.isnan(at) & np.isnan(self.at))).all(axis=1))
        if len(moved):
            self.at = at
            self.goers.move(moved, at[moved, 0], at[moved, 1])
        return ~fresh

    def old(self, row: int, *, stale: bool) -> bool:
        """The position that is known of it is old; that none was ever known says nothing of its age."""
        return stale and bool(np.isfinite(self.seen_at[row]))

    def inside(self, regions: tuple[str, ...], exercise_id: str = "") -> Flags:
        """Units of a jurisdiction that may be sent for an exercise, or for what is real: one made for an exercise goes for that one alone."""
        asked = exercise_id, regions
        if asked not in self._inside:
            plays = ("", exercise_id)
            self._inside[asked] = np.array([unit.region_code.startswith(regions) and unit.made_for_exercise in plays for unit in self.rows], np.bool_)
        return self._inside[asked]

    def still_needed(self, question: Question) -> list[Asked]:
        """The needs less what units on the task bring."""
        rows = [self.row[unit_id] for unit_id in question.on_task if unit_id in self.row]
        out = []
        for need in question.needs:
            column = self.column.get(need.code)
            there = int(self.units.counts[rows, column].sum()) if column is not None and rows else 0
            if need.count > there:
                out.append(Asked(need.code, need.count - there, need.qualifications, need.min_rank, need.whole))
        return out

    def advice(self, question: Question, now: datetime) -> Advice:
        """Who should go."""
        self.roads.apply(now, question.exercise_id)
        stale, inside = self.places(now), self.inside(question.regions, question.exercise_id)
        self.units.available[:] = self.ready & inside
        self.units.shift_s[:] = self.send_until - now.timestamp()
        needs = self.still_needed(question)
        self.distinguish({word for need in needs for word in need.qualifications})
        seconds = self.goers.times_to(*question.place) if question.place else np.full(len(self.rows), np.nan)
        left_out = frozenset(self.row[unit_id] for unit_id in question.left_out if unit_id in self.row)
        spared = self._spared(seconds)
        could = self._good(needs, self.units.available & ~spared, left_out)
        set_aside = self._set_aside(question, needs, self.units.available & ~spared, seconds)
        candidates = self._candidates(question, needs, could, seconds, stale)
        missing = [need.code for at, need in enumerate(needs) if need.code and not could[at].any()]
        facts = explaining.Facts(self, question, needs, seconds, stale)
        held_back = explaining.held_back(facts, self._held_back(needs, spared, seconds, left_out, question.limit), now)
        considered = int(inside.sum())
        if question.place is None:
            return Advice([], explaining.without_place(needs), [], candidates, missing, self.basis, needs, considered, held_back=held_back)
        asked, rules = [self._need(need) for need in needs], self._rules(question, left_out)
        found = solver.recommend(self.units, seconds, asked, rules)
        if found.unmet and considered < len(self.rows):
            # What is missing is counted over the caller's own units: strength elsewhere is not his to know, nor his to send.
            own = replace(self.units, counts=np.where(inside[:, None], self.units.counts, np.int32(0)))
            found = replace(found, unmet=solver.recommend(own, seconds, asked, rules).unmet)
        return Advice(
            explaining.picks(facts, found), explaining.unmet(facts, found), explaining.others(facts, found), candidates, missing, self.basis, needs,
            considered, found.objective, found.bound, found.proven, held_back, set_aside,
        )  # fmt: skip

    def _need(self, need: Asked) -> solver.Need:
        unknown = any(word not in self.bit for word in need.qualifications)
        column = len(self.column) if unknown else self.column.get(need.code, len(self.column))
        return solver.Need(column, need.count, need.min_rank, self.mask(need.qualifications), need.whole)

    def _rules(self, question: Question, left_out: frozenset[int]) -> solver.Rules:
        manner = question.manner
        coverage = None
        if manner.coverage_weight > 0:
            demand = np.ones((len(self.zones), len(self.column)))
            demand[:, 0] = 0.0
            coverage = solver.Coverage(demand, manner.coverage_weight)
        return solver.Rules(
            slots=manner.one_need_each, together=manner.together, latest_s=np.inf if manner.latest_s is None else manner.latest_s, declined=left_out,
            coverage=coverage, alternatives=manner.alternatives,
        )  # fmt: skip

    def _spared(self, seconds: Floats) -> Flags:
        """Free otherwise, but resting, or with too little of the shift left on arrival; already now where no arrival can be told."""
        shift = self.units.shift_s
        ends = (shift < 0) | ((shift < seconds) & (seconds < np.inf))
        return self.units.available & (ends | (self.units.rest_s > 0))

    def _set_aside(self, question: Question, needs: Sequence[Asked], free: Flags, seconds: Floats) -> list[str]:
        """Of those whom the asker alone leaves out, the ones that could have gone: free, good for a need, with a way, in time."""
        named = [self.row[unit_id] for unit_id in sorted(question.set_aside) if unit_id in self.row]
        if not named:
            return []
        latest = np.inf if question.manner.latest_s is None else question.manner.latest_s
        good = self._good(needs, free, frozenset()).any(axis=0) & np.isfinite(seconds) & (seconds <= latest)
        return [self.rows[row].id for row in named if good[row]]

    def _held_back(self, needs: Sequence[Asked], spared: Flags, seconds: Floats, left_out: frozenset[int], limit: int) -> list[int]:
        """Capable units that are spared, soonest there first."""
        if not spared.any():
            return []
        rows = np.flatnonzero(self._good(needs, spared, left_out).any(axis=0))
        chosen: list[int] = rows[np.lexsort((rows, np.nan_to_num(seconds[rows], nan=np.inf, posinf=np.inf)))][:limit].tolist()
        return chosen

    def _good(self, needs: Sequence[Asked], free: Flags, left_out: frozenset[int]) -> Flags:
        """needs x units: one of these that is not left out, and good for the need."""
        free[list(left_out)] = False
        out = np.zeros((len(needs), len(self.rows)), np.bool_)
        for at, need in enumerate(needs):
            asked = self._need(need)
            if asked.capability < len(self.column):
                bits = np.uint64(asked.qualifications)
                good = (self.units.rank >= asked.min_rank) & ((self.units.qualifications & bits) == bits)
                out[at] = free & good & (self.units.counts[:, asked.capability] > 0)
        return out

    def _candidates(self, question: Question, needs: Sequence[Asked], could: Flags, seconds: Floats, stale: Flags) -> list[Candidate]:
        """Single units: more of the needs first, then sooner."""
        matched = could.sum(axis=0) if len(needs) else np.zeros(len(self.rows), np.int64)
        chosen = _foremost(matched, np.nan_to_num(seconds, nan=np.inf, posinf=np.inf), question.limit)
        where = Places.of(self.at[chosen, 0], self.at[chosen, 1])
        metres = crow_metres(where, Places.of(*question.place))[:, 0] if question.place and len(chosen) else np.full(len(chosen), np.nan)
        out = []
        for row, distance in zip(chosen.tolist(), metres.tolist(), strict=True):
            unit, time = self.rows[row], float(seconds[row])
            codes = [need.code for at, need in enumerate(needs) if could[at, row] and need.code]
            reasons = [
                "ALL_CAPABILITIES" if len(codes) == sum(bool(need.code) for need in needs) else "SOME_CAPABILITIES",
                "TRAVEL_UNKNOWN" if not np.isfinite(time) else "BY_ROAD" if self.basis.source == "roads" else "BY_ESTIMATE",
                self._origin(row, stale=bool(stale[row])),
                unit.state.upper(),
            ]
            out.append(
                Candidate(
                    unit.id, unit.display_name, unit.state, codes, distance if np.isfinite(distance) else None, reasons,
                    position_stale=self.old(row, stale=bool(stale[row])), travel_s=time if np.isfinite(time) else None,
                )
            )  # fmt: skip
        return out

    def _origin(self, row: int, *, stale: bool) -> str:
        if not stale:
            return "FROM_POSITION"
        return "FROM_OLD_POSITION" if np.isnan(self.home[row, 0]) else "FROM_HOME"

    def zone_names(self, row: int) -> tuple[str, str]:
        """Town or street a unit stands for, in Chinese and English; its code where no name is known. Who is registered with the whole county or above stands
        for 本级, that level itself: its towns are areas beside it, so the bare name would be read as the whole of it."""
        code = self.rows[row].region_code[:TOWN]
        name, above = self.regions.get(code), self.regions.get(code[:COUNTY])
        if len(code) < TOWN:
            level = "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"
            return (f"{name}本级", f"{name} ({level} level)") if name else both(code)
        return both(name or (f"{above} {code}" if above else code))


def _foremost(matched: NDArray[np.int64], seconds: Floats, limit: int) -> NDArray[np.int64]:
    """Rows with the most matches, then the least seconds; sorted are only those that can be among them."""
    able = np.flatnonzero(matched)
    if 0 < limit < len(able):
        least = np.partition(matched[able], len(able) - limit)[len(able) - limit]
        surely, rest = able[matched[able] > least], able[matched[able] == least]
        wanted = limit - len(surely)
        latest = np.partition(seconds[rest], wanted - 1)[wanted - 1]
        able = np.concatenate((surely, rest[seconds[rest] <= latest]))
    return able[np.lexsort((able, seconds[able], -matched[able]))][:limit]


def _what_it_is(unit: Known) -> tuple[object, ...]:
    return unit.in_register, unit.region_code, unit.team_class, unit.brings, unit.qualifications, unit.home, unit.made_for_exercise
