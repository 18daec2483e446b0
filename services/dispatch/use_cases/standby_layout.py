"""The layout of idle units over posts, put to the solver. Imports numpy, scipy and numba: loaded with the first question.

Demand: every past incident counts one, at its place to the kilometre; so that places without a record count too, each town with a home of units counts one,
shared by its homes. Posts: the homes of all units, whoever is there now, since a station can take another crew for a while.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services.dispatch.model.advice import Basis, Known, Place, Reason, both, clock_words
from services.dispatch.model.standby import Cover, Move, Post, StandbyAdvice, StandbyQuestion
from services.dispatch.solver import redeploy
from services.dispatch.solver.travel.places import Places, crow_metres
from services.dispatch.use_cases.fleet import TOWN, Fleet

AT_POST_M = 1_000.0
"""So near to a post a unit waits there; one that is farther from all of them belongs to its home."""

SPREAD = 0.25
"""Standard deviation of the logarithm of true by estimated time, as measured on recorded arrivals (docs/dispatch-quality.md); by road none is reckoned."""

CELLS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Homes within a cell of so many degrees are one post: some hundred metres, and coarser where there would be more than MOST_POSTS."""

MOST_POSTS = 150
"""Most posts; with more of them than any county has stations the layout would take seconds."""

NEVER = 1.0
"""A gain that no move has: everything."""
LEAST = 0.005
"""No move gains less: half a late answer in a hundred calls, or as much of the time that calls wait. What gains less is within what nobody can know of where
the next call comes from. Our choice."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known at one moment. `at` is the post of each idle unit; `stale`: its place is its home or an old position; `old`: it has an old position.
    `seconds` from posts (columns) to demand, `drive_s` of units to posts (columns)."""

    question: StandbyQuestion
    posts: Sequence[Post]
    units: Sequence[Known]
    at: Longs
    stale: NDArray[np.bool_]
    old: NDArray[np.bool_]
    seconds: Floats
    drive_s: Floats
    weight: Floats
    demand: Reason
    basis: Basis


def gathered(fleet: Fleet, question: StandbyQuestion, now: datetime) -> Gathered:
    """Copied and timed in the picture's thread, with the roads as they are for this question."""
    fleet.roads.apply(now, question.exercise_id)
    stale, inside = fleet.places(now), fleet.inside(question.regions, question.exercise_id)
    posts, post_of, share = _posts(fleet, np.flatnonzero(inside & ~np.isnan(fleet.home[:, 0])).tolist())
    idle = fleet.ready & inside & (fleet.units.rest_s <= 0) & (fleet.send_until >= now.timestamp()) & ~np.isnan(fleet.at[:, 0])
    column = fleet.column.get(question.capability)
    rows = np.flatnonzero(idle & (fleet.units.counts[:, column] > 0)) if column is not None and posts else np.zeros(0, np.int64)
    post_at = _places([post.place for post in posts])
    past_at = _places([each.place for each in question.past])
    units_at = Places.of(fleet.at[rows, 0], fleet.at[rows, 1])
    weight = np.concatenate(([float(each.count) for each in question.past], share))
    seconds = np.concatenate([fleet.travel.times(post_at, to).T for to in (past_at, post_at)])
    words = {"incidents": both(int(sum(each.count for each in question.past))), "towns": both(round(float(share.sum())))}
    return Gathered(
        question, posts, [fleet.rows[row] for row in rows.tolist()], _where(rows, units_at, post_at, post_of), stale[rows],
        stale[rows] & np.isfinite(fleet.seen_at[rows]), seconds,
        fleet.travel.times(units_at, post_at), weight, Reason("REDEPLOY_DEMAND", words), fleet.basis,
    )  # fmt: skip


def _places(given: Sequence[Place]) -> Places:
    return Places.of([lon for lon, _ in given], [lat for _, lat in given])


def _posts(fleet: Fleet, rows: Sequence[int]) -> tuple[list[Post], dict[int, int], Floats]:
    """Homes of units, which one each unit has, and each one's share of its town's demand."""
    posts: list[Post] = []
    towns: list[str] = []
    number: dict[tuple[int, int], int] = {}
    post_of: dict[int, int] = {}
    homes: list[tuple[float, float]] = fleet.home[rows].tolist()
    cell = next((cell for cell in CELLS if len({_cell(home, cell) for home in homes}) <= MOST_POSTS), CELLS[-1])
    for row, (lon, lat) in zip(rows, homes, strict=True):
        unit, key = fleet.rows[row], _cell((lon, lat), cell)
        if key not in number:
            number[key] = len(posts)
            (zone, zone_en), (zh, en) = fleet.zone_names(row), unit.names
            posts.append(Post((f"{zh}驻地（{zone}）", f"the home of {en} ({zone_en})"), (lon, lat)))
            towns.append(unit.region_code[:TOWN])
        post_of[row] = number[key]
    sharing = Counter(towns)
    return posts, post_of, np.array([1 / sharing[town] for town in towns])


def _cell(place: Place, size: float) -> tuple[int, int]:
    return round(place[0] / size), round(place[1] / size)


def _where(rows: Longs, units_at: Places, post_at: Places, post_of: Mapping[int, int]) -> Longs:
    """The post that each unit waits at, else belongs to, else the nearest."""
    if not len(rows):
        return np.zeros(0, np.int64)
    metres = crow_metres(units_at, post_at)
    own = np.array([post_of.get(row, -1) for row in rows.tolist()], np.int64)
    out: Longs = np.where((own < 0) | (metres.min(axis=1) <= AT_POST_M), metres.argmin(axis=1), own)
    return out


def advised(known: Gathered) -> StandbyAdvice:
    """The advice, or why there is none."""
    asked = known.question
    if not known.posts or not known.units:
        none = Reason("REDEPLOY_NO_POSTS" if not known.posts else "REDEPLOY_NO_UNITS")
        return StandbyAdvice([], [], Cover(), Cover(), none, known.demand, known.basis, len(known.units), asked.standard_s)
    spread = SPREAD if known.basis.source == "estimate" else 0.0
    posts = redeploy.Posts.of(known.seconds, known.weight, asked.standard_s, spread=spread)
    late = redeploy.Posts.of(known.seconds, known.weight, asked.standard_s, time_share=0.0, spread=spread)
    found = _found(known, posts, late)
    before, after = (Cover(_covered(known, np.array(each.units)), redeploy.expected(late, each.units)) for each in (found.before, found.after))
    shown = [at for at, (was, will) in enumerate(zip(found.before.units, found.after.units, strict=True)) if was or will]
    listed = [replace(known.posts[at], before=found.before.units[at], after=found.after.units[at]) for at in shown]
    number = {at: position for position, at in enumerate(shown)}
    moves = [_move(known, move, found.after.units, number) for move in found.moves]
    nothing = None if moves else Reason("REDEPLOY_NONE_GAINS", {"units": both(len(known.units)), "posts": both(len(known.posts))})
    return StandbyAdvice(moves, listed, before, after, nothing, known.demand, known.basis, len(known.units), asked.standard_s)


def _found(known: Gathered, posts: redeploy.Posts, late: redeploy.Posts) -> redeploy.Advice:
    """The advice with the shortest longest drive, as replayed; where that moves more units than asked for, or one for next to nothing, each unit drives the
    whole way itself, and so many of them fewer that each is worth it. Nobody moves so that calls are answered sooner in the mean and late more often."""
    most = known.question.moves
    for manner in (redeploy.Manner(most, least=LEAST), *(redeploy.Manner(fewer, least=LEAST, shift=False) for fewer in range(most, 0, -1))):
        found = redeploy.advise(posts, known.at, known.drive_s, manner)
        later = redeploy.expected(late, found.after.units) - redeploy.expected(late, found.before.units)
        if len(found.moves) <= most and all(move.gain >= LEAST for move in found.moves) and later <= 0:
            return found
    return redeploy.advise(posts, known.at, known.drive_s, redeploy.Manner(1, least=NEVER))


def _covered(known: Gathered, count: NDArray[np.int64]) -> float:
    """Share of the demand that some idle unit reaches within the standard."""
    within = (known.seconds[:, count > 0] <= known.question.standard_s).any(axis=1)
    return float(known.weight[within].sum() / known.weight.sum())


def _move(known: Gathered, move: redeploy.Move, after: Sequence[int], number: Mapping[int, int]) -> Move:
    unit, start, goal = known.units[move.unit], known.posts[move.start], known.posts[move.post]
    words = {"start": start.names, "goal": goal.names, "time": clock_words(move.drive_s)}
    reasons = [Reason("REDEPLOY_MOVE", words)]
    count = np.array(after)
    gained = _covered(known, count)
    count[move.post] -= 1
    count[move.start] += 1
    gained -= _covered(known, count)
    if round(gained * 100) > 0:
        reasons.append(Reason("REDEPLOY_COVERS", {"share": both(f"{gained:.0%}"), "time": clock_words(known.question.standard_s)}))
    else:
        reasons.append(Reason("REDEPLOY_BACKS", {"goal": goal.names, "late": both(f"{move.gain:.1%}")}))
    if known.stale[move.unit]:
        reasons.append(Reason("RECOMMENDED_FROM_HOME" if unit.home else "RECOMMENDED_FROM_OLD"))
    return Move(unit.id, unit.names, number[move.start], number[move.post], move.drive_s, move.gain, bool(known.old[move.unit]), reasons)
