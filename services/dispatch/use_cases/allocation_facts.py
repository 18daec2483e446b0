"""What can be said of a mended plan: each line with its rank by time, who could take its place and what it leaves; each gap with its first cause. Pure."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.dispatch.use_cases.allocation_amounts import Plan, Wave

Flags = NDArray[np.bool_]


def lines(plan: Plan) -> list[dict[str, Any]]:
    """One row a unit sent, by weight of its site and time."""
    wave = plan.wave
    sent = [(wave.site_of[place], unit, place) for place, units in enumerate(plan.there) for unit in units]
    sent += [(site, unit, -1) for site, unit in wave.pinned.tolist() if plan.at[unit] < 0]
    sent.sort(key=lambda row: (-wave.weight[row[0]], row[0], wave.seconds[row[0], row[1]]))
    return [_line(plan, *row) for row in sent]


def _line(plan: Plan, site: int, unit: int, place: int) -> dict[str, Any]:
    wave = plan.wave
    covers = [need for need in (wave.places[place] if place >= 0 else ()) if wave.brought(unit, need) > 0]
    told: dict[str, Any] = {
        "site": site, "unit": unit, "seconds": float(wave.seconds[site, unit]), "pinned": bool(wave.held[unit] >= 0),
        "covers": [int(wave.needs[need, 1]) for need in covers],
    }  # fmt: skip
    if not covers:
        return told
    kind = told["covers"][0]
    capable = wave.available & (wave.brings[:, kind] > 0)
    left = capable & (plan.at < 0) & (wave.held < 0) & (wave.zone == wave.zone[unit])
    told |= {"capable": int(capable.sum()), "rank": 1 + int((capable & (wave.seconds[site] < wave.seconds[site, unit])).sum()), "left": int(left.sum())}
    if told["pinned"]:
        return told
    other = _other(plan, site, unit, place)
    return told if other < 0 else told | {"next": other, "next_s": float(wave.seconds[site, other]), "next_sent": bool(plan.at[other] >= 0)}


def _other(plan: Plan, site: int, unit: int, place: int) -> int:
    """The quickest single unit in whose place everything met here would stay met: of those at home, else of those sent elsewhere; -1 for none."""
    wave = plan.wave
    able: Flags = wave.may[site] & (plan.at != place)
    able[unit] = False
    for need in wave.places[place]:
        gives, brought = wave.gives(need), wave.brought(unit, need)
        able &= plan.got[need] - brought + gives >= plan.met(need)
        if plan.met(need) and plan.came[need] - (brought > 0) < wave.least[need]:
            able &= gives > 0
    for those in (able & (plan.at < 0), able):
        units = np.flatnonzero(those)
        if len(units):
            return int(units[np.argmin(wave.seconds[site, units])])
    return -1


def gaps(plan: Plan) -> list[dict[str, Any]]:
    """Needs that stay open: how much is missing, the first cause with the units that it left, and how many units could have come in the end."""
    missing = plan.wave.needs[:, 2] - plan.covered()
    found = []
    for need in np.flatnonzero(missing).tolist():
        why, left = _why(plan, need)
        site, kind = (int(each) for each in plan.wave.needs[need, :2])
        could = int(np.logical_and.reduce([still for _, still in _steps(plan.wave, need)]).sum())
        found.append({"site": site, "kind": kind, "missing": int(missing[need]), "why": why, "left": left, "could": could})
    return found


def _steps(wave: Wave, need: int) -> Iterator[tuple[str, Flags]]:
    site, kind, _ = (int(each) for each in wave.needs[need])
    here = wave.held == site
    yield "NO_CAPABILITY", wave.brings[:, kind] > 0
    yield "NOT_AVAILABLE", wave.available
    yield "OUT_OF_REACH", (wave.seconds[site] <= wave.max_s) | (here & np.isfinite(wave.seconds[site]))
    yield "TOO_LATE", wave.seconds[site] <= wave.latest[need]
    yield "SHIFT_ENDS", ~wave.off_duty[site]
    yield "DECLINED", ~wave.declined[site]
    yield "EXCLUDED", ~wave.excluded[site] & ((wave.held < 0) | here)


def _why(plan: Plan, need: int) -> tuple[str, int]:
    """The first cause, in this order, that leaves less than is wanted."""
    wave = plan.wave
    _, kind, amount = (int(each) for each in wave.needs[need])
    left = np.ones(len(wave.brings), np.bool_)
    for why, still in _steps(wave, need):
        left &= still
        if wave.brings[left, kind].sum() < amount:
            return why, int(left.sum())
        if left.sum() < wave.least[need]:
            return ("TOO_LATE" if why == "TOO_LATE" else "CREW_INCOMPLETE"), int(left.sum())
    at_home = left & plan.home()
    spare, crew = int(wave.brings[at_home, kind].sum()), int(plan.came[need] + at_home.sum())
    if wave.least[need] > 1 and plan.met(need) == 0 and crew < wave.least[need]:
        return "CREW_INCOMPLETE", int(left.sum())
    enough = spare > 0 and (not wave.whole[kind] or plan.got[need] + spare >= amount)
    return ("NOT_WORTH_IT" if enough else "TAKEN"), int(left.sum())
