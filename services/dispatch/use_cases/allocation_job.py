"""A wave of allocation as arrays for the worker, and its answer as a plan. Imports numpy: loaded when the first proposal is computed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.dispatch.model.advice import Asked, Basis, Reason, both, clock_words
from services.dispatch.model.allocation import Area, Gap, Line, Plan, Site, Spec, Summary, Tally
from services.dispatch.use_cases.fleet import TOWN, Fleet

WHY = {
    "NO_CAPABILITY": "GAP_NO_CAPABILITY",
    "NOT_AVAILABLE": "GAP_NOT_AVAILABLE",
    "OUT_OF_REACH": "GAP_OUT_OF_REACH",
    "TOO_LATE": "GAP_OUT_OF_REACH",
    "EXCLUDED": "GAP_EXCLUDED",
    "CREW_INCOMPLETE": "GAP_TAKEN",
    "TAKEN": "GAP_TAKEN",
    "NOT_WORTH_IT": "GAP_NOT_WORTH_IT",
}
"""Text of each of the solver's reasons."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker gets, and what its row and column numbers mean. Sites that cannot be timed stand in `nowhere`."""

    meta: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    amounts: NDArray[Any]
    sites: list[Site]
    nowhere: list[Site]
    names: list[tuple[str, str]]
    codes: list[str]
    typical: Mapping[str, int]
    areas: list[str]
    area_names: Mapping[str, str]
    area_free: list[int]
    reserve: list[int]
    basis: Basis
    trouble: Reason | None = None


class Build:
    """One building of a job from the picture of units."""

    def __init__(self, fleet: Fleet, sites: Sequence[Site], spec: Spec, region_code: str, roads: str, now: datetime) -> None:
        fleet.places(now)
        fleet.roads.apply(now, spec.exercise_id)
        self.fleet, self.spec, self.roads = fleet, spec, roads
        self.sites = [site for site in sites if site.place is not None]
        self.nowhere = [site for site in sites if site.place is None]
        self.rows = np.flatnonzero(fleet.inside((region_code,), spec.exercise_id))
        self.row = {fleet.rows[row].id: at for at, row in enumerate(self.rows.tolist())}
        self.site = {site.task_id: at for at, site in enumerate(self.sites)}
        self.codes = list(fleet.column)
        counts = fleet.units.counts[self.rows]
        self.able = counts > 0
        self.typical = {code: max(1, int(np.median(counts[self.able[:, at], at]))) if self.able[:, at].any() else 1 for at, code in enumerate(self.codes)}
        self.available = fleet.ready[self.rows] & (fleet.units.rest_s[self.rows] <= 0)
        codes = [fleet.rows[row].region_code[:TOWN] for row in self.rows.tolist()]
        self.areas = sorted(set(codes))
        self.zone = np.array([self.areas.index(code) for code in codes], np.int64)

    def job(self) -> Job:
        """Everything as arrays."""
        spec, free = self.spec, np.bincount(self.zone[self.available], minlength=len(self.areas)).tolist()
        reserve = [math.ceil(spec.reserve_share * count) for count in free]
        cells, unknown = self._cells()
        pinned, trouble = self._pairs(spec.pinned, must=True)
        changed_arcs, arc_factor = self.fleet.roads.changed_arcs()
        arrays = {
            "able": np.column_stack((self.able, np.zeros((len(self.rows), len(unknown)), np.bool_))), "available": self.available, "zone": self.zone,
            "unit_at": self.fleet.at[self.rows], "site_at": np.array([site.place for site in self.sites], np.float64).reshape(-1, 2),
            "weight": np.array([site.weight for site in self.sites], np.float64), "cells": np.array(cells, np.int64).reshape(-1, 3),
            "excluded": self._excluded(), "reserve": np.array(reserve, np.int64), "pinned": pinned, "forbidden": self._pairs(spec.forbidden, must=False)[0],
            "changed_arcs": changed_arcs, "arc_factor": arc_factor,
        }  # fmt: skip
        meta = {
            "roads": self.roads, "model": spec.model, "max_travel_s": spec.max_travel_s, "unmet_penalty_s": spec.unmet_penalty_s,
            "reserve_price_s": spec.reserve_price_s, "time_limit_s": spec.time_limit_s,
        }  # fmt: skip
        names = [(self.fleet.rows[row].id, self.fleet.rows[row].display_name) for row in self.rows.tolist()]
        region_names = {self.fleet.rows[row].region_code[:TOWN]: self.fleet.zone_name(row) for row in self.rows.tolist()}
        return Job(
            meta, arrays, self.fleet.units.counts[self.rows],
            self.sites, self.nowhere, names, [*self.codes, *unknown], self.typical, self.areas, region_names, free, reserve, self.fleet.basis,
            trouble,
        )  # fmt: skip

    def _cells(self) -> tuple[list[tuple[int, int, int]], list[str]]:
        """(site, capability, units), and capabilities that nobody has. An amount is as many units as usually bring it."""
        unknown: list[str] = []
        wanted: dict[tuple[int, int], int] = {}
        for at, site in enumerate(self.sites):
            for need in site.needs:
                if need.code not in self.fleet.column and need.code not in unknown:
                    unknown.append(need.code)
                column = self.fleet.column.get(need.code)
                place = at, len(self.codes) + unknown.index(need.code) if column is None else column
                wanted[place] = wanted.get(place, 0) + units_for(need, self.typical)
        return [(at, column, count) for (at, column), count in wanted.items()], unknown

    def _excluded(self) -> NDArray[np.bool_]:
        """sites x units: declined the task, or lacks a qualification or rank that all of its needs demand."""
        out = np.zeros((len(self.sites), len(self.rows)), np.bool_)
        rank = self.fleet.units.rank[self.rows]
        for at, site in enumerate(self.sites):
            words = set.intersection(*(set(need.qualifications) for need in site.needs)) if site.needs else set()
            self.fleet.distinguish(words)
            held = self.fleet.units.qualifications[self.rows]
            bits = np.uint64(self.fleet.mask(sorted(words)))
            least = min((need.min_rank for need in site.needs), default=0)
            out[at] = ((held & bits) != bits) | (rank < least)
            if any(word not in self.fleet.bit for word in words):
                out[at] = True
            out[at, [self.row[unit_id] for unit_id in site.left_out if unit_id in self.row]] = True
        return out

    def _pairs(self, pairs: Sequence[Any], *, must: bool) -> tuple[NDArray[np.int64], Reason | None]:
        found, trouble = [], None
        for pair in pairs:
            at, row = self.site.get(pair.task_id), self.row.get(pair.unit_id)
            if at is not None and row is not None and (self.available[row] or not must):
                found.append((at, row))
            elif must:
                trouble = Reason("ALLOCATION_PIN_IMPOSSIBLE", {"unit": both(f"units/{pair.unit_id}"), "task": both(f"tasks/{pair.task_id}")})
        return np.array(found, np.int64).reshape(-1, 2), trouble


def units_for(need: Asked, typical: Mapping[str, int]) -> int:
    """How many units usually bring an amount."""
    return math.ceil(need.count / typical.get(need.code, 1))


def outcome(proposal_id: str, job: Job, told: Mapping[str, Any]) -> tuple[Summary, Plan]:
    """The worker's answer in the words of the domain."""
    rows, spared = _worthwhile(job, told["lines"])
    lines = [_line(job, number, row) for number, row in enumerate(rows, 1)]
    gaps = [_gap(job, one) for one in told["unmet"]]
    first_nowhere = len(job.sites)
    for at, site in enumerate(job.nowhere):
        gaps += [Gap(first_nowhere + at, need.code, units_for(need, job.typical), 0, Reason("UNMET_PLACE_UNKNOWN")) for need in site.needs]
    sites = [*job.sites, *job.nowhere]
    before = [_before(site, job.typical) for site in sites]
    after = list(before)
    for at, counted in enumerate(told["counted"]):
        after[at] = after[at] + Tally(covered=counted)
    for line in lines:
        after[line.site] = after[line.site] + Tally(units=1, timed=1, total_s=line.travel_s, worst_s=line.travel_s)
    stays = np.bincount(job.arrays["zone"][spared], minlength=len(job.areas)).tolist()
    areas = [
        Area(code, job.area_names[code], free, free - sent + spare, stay)
        for code, free, sent, spare, stay in zip(job.areas, job.area_free, told["zone_sent"], stays, job.reserve, strict=True)
    ]
    wanted = sum(told["wanted"]) + sum(units_for(need, job.typical) for site in job.nowhere for need in site.needs)
    summary = Summary(
        told["objective"], told["bound"], told["gap"] or 0.0, told["complete"], job.basis, len(job.names), len(sites), wanted, sum(told["counted"]),
        len(lines), told["compute_s"],
    )  # fmt: skip
    return summary, Plan(proposal_id, sites, lines, gaps, before, after, areas)


def _worthwhile(job: Job, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[int]]:
    """The solver's lines without units that the amounts of the others make needless, and those units.

    The solver counts units as usually big. Where those sent are bigger, the farthest that changes nothing stays; a unit that was pinned goes.
    """
    by_site: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_site.setdefault(row["site"], []).append(row)
    spared: set[int] = set()
    for at, sent in by_site.items():
        wanted = {job.codes.index(need.code): 0 for need in job.sites[at].needs if need.code in job.codes}
        for need in job.sites[at].needs:
            if need.code in job.codes:
                wanted[job.codes.index(need.code)] += need.count
        columns = [column for column in wanted if column < job.amounts.shape[1]]
        if not columns or any(not need.code for need in job.sites[at].needs):
            continue
        enough = np.array([wanted[column] for column in columns])
        total = job.amounts[[row["unit"] for row in sent]][:, columns].sum(axis=0)
        for row in sorted((row for row in sent if not row["pinned"]), key=lambda row: -row["seconds"]):
            without = total - job.amounts[row["unit"], columns]
            if (np.minimum(without, enough) == np.minimum(total, enough)).all():
                spared.add(row["unit"])
                total = without
    return [row for row in rows if row["unit"] not in spared], sorted(spared)


def _before(site: Site, typical: Mapping[str, int]) -> Tally:
    wanted = sum(units_for(need, typical) for need in site.had)
    still = sum(units_for(need, typical) for need in site.needs)
    return Tally(wanted, wanted - still, site.live, len(site.live_s), sum(site.live_s), max(site.live_s, default=0.0))


def _line(job: Job, number: int, row: Mapping[str, Any]) -> Line:
    unit_id, display_name = job.names[row["unit"]]
    covers = [job.codes[column] for column in row["covers"]]
    way = "ALLOCATED_BY_ROAD" if job.basis.source == "roads" else "ALLOCATED_BY_ESTIMATE"
    reasons = [Reason("ALLOCATED_PINNED")] if row["pinned"] else []
    reasons.append(Reason(way, {"time": clock_words(row["seconds"]), "count": both(len(covers))}))
    if row["next"] >= 0 and row["next_s"] is not None and row["extra"] is not None:
        other = both(job.names[row["next"]][1])
        reasons.append(Reason("ALLOCATED_NEXT_BEST", {"unit": other, "time": clock_words(row["next_s"]), "extra": both(round(row["extra"]))}))
    elif not row["pinned"]:
        reasons.append(Reason("RECOMMENDED_NOBODY_ELSE"))
    return Line(number, unit_id, display_name, row["site"], [code for code in covers if code], row["seconds"], row["pinned"], reasons)


def _gap(job: Job, one: Mapping[str, Any]) -> Gap:
    code = job.codes[one["capability"]]
    details = {"capability": both(code or "any_unit"), "missing": both(one["missing"]), "could": both(one["could"])}
    return Gap(one["site"], code, one["missing"], one["could"], Reason(WHY[one["why"]], details))
