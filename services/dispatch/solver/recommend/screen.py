"""Every unit against every need: who could go, what each would contribute, and what keeps the others. Compiled, one pass over all units."""

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

STAGES: Final = 8
"""Stages of screening; a unit with the capability is tallied at the first that stops it, or at GO."""

UNQUALIFIED, DECLINED, UNAVAILABLE, RESTING, SHIFT_ENDS, UNREACHABLE, TOO_LATE, GO = range(STAGES)

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]


@numba.njit(cache=True, nogil=True)
def stages(available: Bools, rest: Floats, shift: Floats, seconds: Floats, latest: float, work: float) -> NDArray[np.int8]:
    """Where each unit stops whatever is needed, a refusal aside. A time that is not a number is no way. The first reason is written last."""
    out = np.empty(len(seconds), dtype=np.int8)
    for unit in range(len(seconds)):
        time = seconds[unit]
        stage = TOO_LATE if time > latest else GO
        stage = stage if shift[unit] >= time + work else SHIFT_ENDS
        stage = stage if time < np.inf else UNREACHABLE
        stage = stage if rest[unit] <= 0 else RESTING
        out[unit] = stage if available[unit] else UNAVAILABLE
    return out


@numba.njit(cache=True, nogil=True)
def screened(
    start_of: Longs, holders: Longs, brings: Longs, rank: Longs, qualifications: NDArray[np.uint64], stage: NDArray[np.int8],
    capability: Longs, min_rank: Longs, mask: NDArray[np.uint64],
) -> tuple[Longs, Longs, Longs, Longs, Longs]:  # fmt: skip
    """Who could go for each need: tally[need, stage] of the units that have the capability; those at GO, need after need, with what each brings; what they
    bring together."""
    most = 0
    for need in range(len(capability)):
        if capability[need] < len(start_of) - 1:
            most += start_of[capability[need] + 1] - start_of[capability[need]]
    tally = np.zeros((len(capability), STAGES), dtype=np.int64)
    begin, pieces = np.zeros(len(capability) + 1, dtype=np.int64), np.zeros(len(capability), dtype=np.int64)
    able, each = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    count = 0
    for need in range(len(capability)):
        if capability[need] < len(start_of) - 1:
            for at in range(start_of[capability[need]], start_of[capability[need] + 1]):
                unit = holders[at]
                fits = (rank[at] >= min_rank[need]) & ((qualifications[at] & mask[need]) == mask[need])
                where = stage[unit] if fits else UNQUALIFIED
                tally[need, where] += 1
                able[count], each[count] = unit, brings[at]
                count += where == GO
                pieces[need] += brings[at] * (where == GO)
        begin[need + 1] = count
    return tally, begin, able[:count], each[:count], pieces


@numba.njit(cache=True, nogil=True)
def profiles(units: int, begin: Longs, able: Longs, each: Longs, amount: Longs, stride: Longs) -> Longs:
    """The profile of each unit: the sum over needs of min(what it brings, what is needed) * stride; 0 for who cannot help."""
    out = np.zeros(units, dtype=np.int64)
    for need in range(len(amount)):
        for at in range(begin[need], begin[need + 1]):
            out[able[at]] += min(each[at], amount[need]) * stride[need]
    return out


@numba.njit(cache=True, nogil=True)
def crews(start_of: Longs, holders: Longs, available: Bools, rest: Floats, zone: NDArray[np.int32], zones: int, capabilities: int) -> Longs:
    """Free crews in each zone by capability. Without a branch on what differs from unit to unit: a row beside the zones takes who stands in none."""
    out = np.zeros((zones + 1, capabilities), dtype=np.int64)
    if zones:
        where = np.empty(len(zone), dtype=np.int64)
        for unit in range(len(zone)):
            free = available[unit] & (rest[unit] <= 0) & (zone[unit] >= 0) & (zone[unit] < zones)
            where[unit] = zone[unit] if free else zones
        for capability in range(min(capabilities, len(start_of) - 1)):
            for at in range(start_of[capability], start_of[capability + 1]):
                out[where[holders[at]], capability] += 1
    return out[:zones]


@numba.njit(cache=True, nogil=True)
def step_losses(crew: Longs, demand: Floats, busy: float) -> Floats:
    """Expected demand lost when the first crew leaves a zone, by capability: demand * (busy ** (n - 1) - busy ** n)."""
    out = np.zeros(demand.shape)
    power = np.ones(1)
    for zone in range(demand.shape[0]):
        for capability in range(demand.shape[1]):
            crews = crew[zone, capability]
            if crews > len(power):
                power = np.array([busy**k for k in range(2 * crews)])
            if crews > 0:
                out[zone, capability] = demand[zone, capability] * power[crews - 1] * (1 - busy)
    return out


@numba.njit(cache=True, nogil=True)
def losses(units: Longs, first_of: Longs, skills: Longs, zone: NDArray[np.int32], step: Floats) -> Floats:
    """Expected demand lost when a unit leaves alone."""
    out = np.zeros(len(units))
    for at in range(len(units)):
        unit = units[at]
        if 0 <= zone[unit] < len(step):
            for skill in range(first_of[unit], first_of[unit + 1]):
                if skills[skill] < step.shape[1]:
                    out[at] += step[zone[unit], skills[skill]]
    return out
