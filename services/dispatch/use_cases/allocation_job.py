"""A wave of allocation as arrays for the worker, and its answer as a plan. Imports numpy: loaded when the first proposal is computed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.dispatch.model.advice import Basis, Reason, both, clock_words
from services.dispatch.model.allocation import Area, Gap, Line, Plan, Site, Spec, Summary, Tally
from services.dispatch.model.unit import hour_words
from services.dispatch.use_cases.fleet import TOWN, Fleet

WHY = {
    "NO_CAPABILITY": "GAP_NO_CAPABILITY",
    "NOT_AVAILABLE": "GAP_NOT_AVAILABLE",
    "OUT_OF_REACH": "GAP_OUT_OF_REACH",
    "TOO_LATE": "GAP_TOO_LATE",
    "SHIFT_ENDS": "GAP_SHIFT_ENDS",
    "CREW_INCOMPLETE": "GAP_CREW_INCOMPLETE",
    "DECLINED": "GAP_DECLINED",
    "EXCLUDED": "GAP_EXCLUDED",
    "TAKEN": "GAP_TAKEN",
    "NOT_WORTH_IT": "GAP_NOT_WORTH_IT",
}
"""Text of each cause of a gap."""

BY_ROAD = "ALLOCATED_BY_ROAD", "RECOMMENDED_NEAREST_BY_ROAD", "RECOMMENDED_RANKED_BY_ROAD"
BY_ESTIMATE = "ALLOCATED_BY_ESTIMATE", "RECOMMENDED_NEAREST_BY_ESTIMATE", "RECOMMENDED_RANKED_BY_ESTIMATE"
"""Texts of a time: of a unit that serves no need, of the nearest, and of another."""

Names = tuple[str, str]
"""In Chinese and in English."""

Kind = tuple[str, frozenset[str], int, bool]
"""What is told apart among needs: capability, qualifications, least rank, and whether only the whole amount helps."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker gets, and what its row and column numbers mean. Sites that cannot be timed stand in `nowhere`."""

    meta: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    sites: list[Site]
    nowhere: list[Site]
    names: list[tuple[str, Names]]
    """units: id, and what they are called"""
    kinds: list[Kind]
    areas: list[str]
    area_names: Mapping[str, Names]
    area_free: list[int]
    reserve: list[int]
    basis: Basis
    now: datetime
    trouble: Reason | None = None


class Build:
    """One building of a job from the picture of units."""

    def __init__(self, fleet: Fleet, sites: Sequence[Site], spec: Spec, region_code: str, roads: str, now: datetime) -> None:
        fleet.places(now)
        fleet.roads.apply(now, spec.exercise_id)
        self.fleet, self.spec, self.region_code, self.roads, self.now = fleet, spec, region_code, roads, now
        self.sites = [site for site in sites if site.place is not None]
        self.nowhere = [site for site in sites if site.place is None]
        self.rows = np.flatnonzero(fleet.inside((region_code,), spec.exercise_id))
        self.row = {fleet.rows[row].id: at for at, row in enumerate(self.rows.tolist())}
        self.site = {site.task_id: at for at, site in enumerate(self.sites)}
        self.on_duty_s = fleet.send_until[self.rows] - now.timestamp()
        self.available = fleet.ready[self.rows] & (fleet.units.rest_s[self.rows] <= 0) & (self.on_duty_s >= 0)
        codes = [fleet.rows[row].region_code[:TOWN] for row in self.rows.tolist()]
        self.areas = sorted(set(codes))
        self.zone = np.array([self.areas.index(code) for code in codes], np.int64)

    def job(self) -> Job:
        """Everything as arrays."""
        spec, free = self.spec, np.bincount(self.zone[self.available], minlength=len(self.areas)).tolist()
        reserve = [math.ceil(spec.reserve_share * count) for count in free]
        cells, kinds, rules = self._cells()
        brings = self._brings(kinds)
        able = [column[column > 0] for column in brings.T]
        pinned, trouble = self._pinned(_useful(brings, cells, len(self.sites)))
        changed_arcs, arc_factor = self.fleet.roads.changed_arcs()
        arrays = {
            "brings": brings, "typical": np.array([max(1, int(np.median(counts))) if len(counts) else 1 for counts in able], np.int64),
            "whole": np.array([whole for *_, whole in kinds], np.bool_), "available": self.available, "zone": self.zone,
            "unit_at": self.fleet.at[self.rows], "site_at": np.array([site.place for site in self.sites], np.float64).reshape(-1, 2),
            "weight": np.array([site.weight for site in self.sites], np.float64), "cells": np.array(cells, np.int64).reshape(-1, 3),
            "excluded": self._excluded(), "reserve": np.array(reserve, np.int64), "pinned": pinned, "forbidden": self._forbidden(), "on_duty_s": self.on_duty_s,
            "changed_arcs": changed_arcs, "arc_factor": arc_factor, "latest": np.array([latest for latest, _ in rules], np.float64),
            "least": np.array([least for _, least in rules], np.int64),
            "together": np.array([site.weight * site.last_arrival_weight for site in self.sites], np.float64),
        }  # fmt: skip
        meta = {
            "about": f"{self.region_code} {spec.model} {spec.exercise_id}",
            "roads": self.roads, "model": spec.model, "max_travel_s": spec.max_travel_s, "unmet_penalty_s": spec.unmet_penalty_s,
            "reserve_price_s": spec.reserve_price_s, "time_limit_s": spec.time_limit_s,
        }  # fmt: skip
        names = [(self.fleet.rows[row].id, self.fleet.rows[row].names) for row in self.rows.tolist()]
        region_names = {self.fleet.rows[row].region_code[:TOWN]: self.fleet.zone_names(row) for row in self.rows.tolist()}
        return Job(meta, arrays, self.sites, self.nowhere, names, kinds, self.areas, region_names, free, reserve, self.fleet.basis, self.now, trouble)

    def _cells(self) -> tuple[list[tuple[int, int, int]], list[Kind], list[tuple[float, int]]]:
        """(site, kind, amount), the kinds, and of each of the first the seconds from now after which nobody counts and the units still missing of a crew."""
        kinds: dict[Kind, int] = {}
        wanted: dict[tuple[int, int], int] = {}
        rules: dict[tuple[int, int], tuple[float, int]] = {}
        for at, site in enumerate(self.sites):
            for need in site.needs:
                place = at, kinds.setdefault((need.code, frozenset(need.qualifications), need.min_rank, need.whole), len(kinds))
                wanted[place] = wanted.get(place, 0) + need.count
                latest = site.latest_at(need)
                seconds = math.inf if latest is None else max(0.0, (latest - self.now).total_seconds())
                rules[place] = seconds, max(0, min(site.least(need) - site.came.get(need.code, 0), wanted[place]))
        return [(at, kind, amount) for (at, kind), amount in wanted.items()], list(kinds), list(rules.values())

    def _brings(self, kinds: Sequence[Kind]) -> NDArray[np.int64]:
        """units x kinds: what each brings; nothing where it lacks a qualification or its team the rank."""
        out = np.zeros((len(self.rows), len(kinds)), np.int64)
        rank = self.fleet.units.rank[self.rows]
        for at, (code, words, least, _) in enumerate(kinds):
            if code in self.fleet.column:
                held = np.array([words <= self.fleet.rows[row].qualifications for row in self.rows.tolist()], np.bool_)
                out[:, at] = self.fleet.units.counts[self.rows, self.fleet.column[code]] * (held & (rank >= least))
        return out

    def _excluded(self) -> NDArray[np.bool_]:
        """sites x units: declined the task or did not answer."""
        out = np.zeros((len(self.sites), len(self.rows)), np.bool_)
        for at, site in enumerate(self.sites):
            out[at, [self.row[unit_id] for unit_id in site.left_out if unit_id in self.row]] = True
        return out

    def _forbidden(self) -> NDArray[np.int64]:
        """Pairs of what is weighed here; others cannot be anyway."""
        found = [(self.site[pair.task_id], self.row[pair.unit_id]) for pair in self.spec.forbidden if pair.task_id in self.site and pair.unit_id in self.row]
        return np.array(found, np.int64).reshape(-1, 2)

    def _pinned(self, useful: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Reason | None]:
        """Pairs that must be, and what is wrong with any of them: one is told in full, several each by what it is."""
        found: dict[int, int] = {}
        wrong: dict[str, list[Reason]] = {}
        forbidden = {(pair.unit_id, pair.task_id) for pair in self.spec.forbidden}
        for pair in self.spec.pinned:
            at, row = self.site.get(pair.task_id), self.row.get(pair.unit_id)
            unit = self.fleet.rows[self.rows[row]].names if row is not None else both(f"units/{pair.unit_id}")
            task = both(self.sites[at].title if at is not None else f"tasks/{pair.task_id}")
            if (pair.unit_id, pair.task_id) in forbidden:
                wrong.setdefault("barred", []).append(Reason("ALLOCATION_PIN_FORBIDDEN", {"unit": unit, "task": task}))
            elif at is None or row is None or not self.available[row]:
                wrong.setdefault("impossible", []).append(Reason("ALLOCATION_PIN_IMPOSSIBLE", {"unit": unit, "task": task}))
            elif not useful[at, row]:
                wrong.setdefault("impossible", []).append(Reason("ALLOCATION_PIN_USELESS", {"unit": unit, "task": task}))
            elif found.setdefault(row, at) != at:
                details = {"unit": unit, "task": both(self.sites[found[row]].title), "other": task}
                wrong.setdefault("twice", []).append(Reason("ALLOCATION_PIN_TWICE", details))
        return np.array([(at, row) for row, at in found.items()], np.int64).reshape(-1, 2), _all_wrong(wrong)


def _useful(brings: NDArray[np.int64], cells: Sequence[tuple[int, int, int]], sites: int) -> NDArray[np.bool_]:
    """sites x units: brings something of a need that is open there."""
    out = np.zeros((sites, len(brings)), np.bool_)
    for at, kind, _ in cells:
        out[at] |= brings[:, kind] > 0
    return out


def _all_wrong(wrong: Mapping[str, Sequence[Reason]]) -> Reason | None:
    """One reason for all the pins that cannot be kept; None when there is none."""
    every = [reason for reasons in wrong.values() for reason in reasons]
    if len(every) < 2:
        return next(iter(every), None)
    told = {kind: (_pairs(wrong.get(kind, ()), 0), _pairs(wrong.get(kind, ()), 1)) for kind in ("barred", "impossible", "twice")}
    return Reason("ALLOCATION_PINS_WRONG", {"count": both(len(every)), **told})


def _pairs(reasons: Sequence[Reason], language: int) -> str:
    return "; ".join(_pair(reason, language) for reason in reasons) or "-"


def _pair(reason: Reason, language: int) -> str:
    """Unit and task, or tasks, as they are named in Chinese (0) or English (1)."""
    names = [str(reason.details[name][language]) for name in ("unit", "task", "other") if name in reason.details]
    return " → ".join((names[0], " + ".join(names[1:])))


def trouble(job: Job, troubles: Sequence[Sequence[Any]]) -> Reason:
    """What the worker finds senseless, in the words of the domain."""
    field, index, _ = troubles[0]
    if field == "pinned" and index >= 0:
        at, row = job.arrays["pinned"][index]
        return Reason("ALLOCATION_PIN_NO_WAY", {"unit": job.names[row][1], "task": both(job.sites[at].title)})
    return Reason("ALLOCATION_NO_SENSE", {"what": both("; ".join(f"{field}: {what}" for field, _, what in troubles))})


def outcome(proposal_id: str, job: Job, told: Mapping[str, Any]) -> tuple[Summary, Plan]:
    """The worker's answer in the words of the domain."""
    lines = [_line(job, number, row) for number, row in enumerate(told["lines"], 1)]
    gaps = [_gap(job, one) for one in told["unmet"]]
    first_nowhere = len(job.sites)
    for at, site in enumerate(job.nowhere):
        gaps += [Gap(first_nowhere + at, need.code, need.count, 0, Reason("UNMET_PLACE_UNKNOWN")) for need in site.needs]
    sites = [*job.sites, *job.nowhere]
    before = [_before(site) for site in sites]
    after = list(before)
    for at, counted in enumerate(told["counted"]):
        after[at] = after[at] + Tally(covered=counted)
    for line in lines:
        after[line.site] = after[line.site] + Tally(units=1, timed=1, total_s=line.travel_s, worst_s=line.travel_s)
    areas = [
        Area(code, job.area_names[code][0], free, free - sent, stay)
        for code, free, sent, stay in zip(job.areas, job.area_free, told["zone_sent"], job.reserve, strict=True)
    ]
    wanted = sum(told["wanted"]) + sum(need.count for site in job.nowhere for need in site.needs)
    summary = Summary(
        told["objective"], told["bound"], told["gap"], told["complete"], job.basis, len(job.names), len(sites), wanted, sum(told["counted"]), len(lines),
        told["compute_s"], told["proven"], told["warm"],
    )  # fmt: skip
    return summary, Plan(proposal_id, sites, lines, gaps, before, after, areas)


def _before(site: Site) -> Tally:
    wanted, still = sum(need.count for need in site.had), sum(need.count for need in site.needs)
    return Tally(wanted, wanted - still, site.live, len(site.live_s), sum(site.live_s), max(site.live_s, default=0.0))


def _line(job: Job, number: int, row: Mapping[str, Any]) -> Line:
    unit_id, names = job.names[row["unit"]]
    codes = [code for code in dict.fromkeys(job.kinds[kind][0] for kind in row["covers"]) if code]
    return Line(number, unit_id, names[0], row["site"], codes, row["seconds"], row["pinned"], list(_reasons(job, row)))


def _reasons(job: Job, row: Mapping[str, Any]) -> Iterator[Reason]:
    """Pinned or not, how near, how many needs it serves, who else could go, and what it leaves where a reserve counts."""
    plain, nearest, ranked = BY_ROAD if job.basis.source == "roads" else BY_ESTIMATE
    time = clock_words(row["seconds"])
    if row["pinned"]:
        yield Reason("ALLOCATED_PINNED")
    if not row["covers"]:
        yield Reason(plain, {"time": time})
        return
    capability = both(job.kinds[row["covers"][0]][0] or "any_unit")
    details = {"capability": capability, "count": both(row["capable"]), "rank": both(row["rank"]), "time": time}
    yield Reason(nearest if row["rank"] == 1 else ranked, details)
    if len(row["covers"]) > 1:
        yield Reason("RECOMMENDED_SERVES_MORE", {"needs": both(len(row["covers"]))})
    if "next" in row:
        other = {"unit": job.names[row["next"]][1], "time": clock_words(row["next_s"])}
        yield Reason("ALLOCATED_NEXT_SENT" if row["next_sent"] else "RECOMMENDED_NEXT_BEST", other)
    elif not row["pinned"]:
        yield Reason("ALLOCATED_NO_OTHER")
    zone = int(job.arrays["zone"][row["unit"]])
    if job.reserve[zone]:
        yield Reason("RECOMMENDED_LEAVES", {"zone": job.area_names[job.areas[zone]], "left": both(row["left"]), "capability": capability})


def _gap(job: Job, one: Mapping[str, Any]) -> Gap:
    code, words, least, _ = job.kinds[one["kind"]]
    details = {"capability": both(code or "any_unit"), "missing": both(one["missing"]), "could": both(one["left"])}
    why = "GAP_NOT_QUALIFIED" if one["why"] == "NO_CAPABILITY" and (words or least) else WHY[one["why"]]
    site = job.sites[one["site"]]
    need = next(need for need in site.needs if (need.code, frozenset(need.qualifications), need.min_rank, need.whole) == job.kinds[one["kind"]])
    latest = site.latest_at(need)
    if one["why"] == "TOO_LATE" and latest is not None:
        why = why if one["left"] else "GAP_NOBODY_BY"
        details["latest"] = both(hour_words(latest, job.now))
    if one["why"] == "CREW_INCOMPLETE":
        details["least"] = both(site.least(need))
    return Gap(one["site"], code, one["missing"], one["could"], Reason(why, details))
