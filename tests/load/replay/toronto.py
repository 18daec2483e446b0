"""Toronto's fires 2011 to 2017: real places, alarm and arrival times, and people sent. Everything else is estimated from them or assumed, and said so.

**Estimated on 2011 to 2014** (the training period): where stations are (STATIONS places, moved until the affine time from the nearest one fits the arrivals
best) and the constant of the affine model t = a + d / v of alarm to arrival; v is 50 km/h, the middle of real road graphs.
**Real in the replay of 2015 to 2017:** place, moment, people, and how much longer than the
model the arrival took in truth: that factor multiplies the time of whoever is sent, so that the nearest unit, home, arrives just when the real one did.
**Assumed:** the numbers of stations and units, four people a unit, an hour (exponential) on the scene, and that a unit on its way back needs as long to get
going as one at its station. The record holds fires only, one call in about forty of the service: at their own pace units are hardly ever missed.
"""

import csv
import gzip
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.redeploy import Posts
from services.dispatch.solver.travel import Affine
from services.dispatch.solver.travel.places import EARTH_M
from tests.load.replay.homes import homes
from tests.load.replay.world import Calls, Floats, Longs, World

STATIONS: Final = 83
UNITS: Final = 125
CREW: Final = 4
SCENE_S: Final = 3600.0
STANDARD_S: Final = 320.0
"""NFPA 1710: 80 s turnout and 240 s travel of the first engine at a fire."""

GRID_M: Final = 350.0

LEAST: Final = 0.0002
"""Least gain of a move: of a fleet this large one unit's place is a small share of the whole."""

BLOCK: Final = 3
"""Demand in coverage is counted in blocks of so many grid squares each way. Sampled places would not do: the layout would fit the sample."""
TRAINED_UNTIL: Final = datetime.fromisoformat("2015-01-01T00:00:00+00:00").timestamp()

SPEED_MPS = 50 / 3.6
"""The middle of what fits to real road graphs with free flow give."""


@dataclass(frozen=True, slots=True, eq=False)
class Fires:
    """The record in order of time. East and north in metres from the middle of the city."""

    time: Floats
    taken_s: Floats
    people: Floats
    at: Floats


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What was estimated: stations (metres), times, their spread (of the logarithm, early years), the median relative error on the later years."""

    stations: Floats
    affine: Affine
    spread: float
    error: float
    fires: Fires


def load(corpus: Path) -> City:
    """Read the record and estimate what it does not hold."""
    with gzip.open(corpus / "fire" / "toronto_fire_incidents_2011_2017.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    alarm = np.array([datetime.fromisoformat(row["tfs_alarm_time"]).timestamp() for row in rows])
    arrival = np.array([datetime.fromisoformat(row["tfs_arrival_time"]).timestamp() for row in rows])
    east, north = (np.radians(np.array([float(row[key]) for row in rows])) for key in ("longitude", "latitude"))
    at = np.column_stack(((east - east.mean()) * np.cos(north.mean()), north - north.mean())) * EARTH_M
    people = np.array([float(row["number_of_responding_personnel"] or CREW) for row in rows])
    order = np.argsort(alarm, kind="stable")
    fires = Fires(alarm[order], (arrival - alarm)[order], people[order], at[order])
    early = fires.time < TRAINED_UNTIL
    stations, affine = estimated(fires.at[early], fires.taken_s[early])
    modelled = affine.start_s + nearest_m(fires.at, stations) / affine.speed_mps
    ratio = fires.taken_s / modelled
    spread, error = float(np.log(ratio[early]).std()), float(np.median(np.abs(1 / ratio[~early] - 1)))
    return City(stations, affine, spread, error, fires)


@numba.njit(cache=True, nogil=True)
def nearest_m(at: Floats, stations: Floats) -> Floats:
    """Metres from each place to the nearest station."""
    out = np.empty(len(at))
    for place in range(len(at)):
        least = np.inf
        for station in range(len(stations)):
            x, y = at[place, 0] - stations[station, 0], at[place, 1] - stations[station, 1]
            least = min(least, x * x + y * y)
        out[place] = np.sqrt(least)
    return out


@numba.njit(cache=True, nogil=True)
def _misfit(at: Floats, taken: Floats, stations: Floats, start_s: float, pace: float) -> float:
    return float(np.abs(start_s + nearest_m(at, stations) * pace - taken).mean())


@numba.njit(cache=True, nogil=True)
def _moved(at: Floats, taken: Floats, stations: Floats, start_s: float, pace: float, step: float) -> Floats:
    """Each station moved by a step in whichever of eight directions makes the model fit best."""
    out = stations.copy()
    best = _misfit(at, taken, out, start_s, pace)
    for station in range(len(out)):
        x, y = out[station]
        best_x, best_y = x, y
        for dx in (-step, 0.0, step):
            for dy in (-step, 0.0, step):
                out[station, 0], out[station, 1] = x + dx, y + dy
                misfit = _misfit(at, taken, out, start_s, pace)
                if misfit < best:
                    best, best_x, best_y = misfit, x + dx, y + dy
        out[station, 0], out[station, 1] = best_x, best_y
    return out


def estimated(at: Floats, taken_s: Floats) -> tuple[Floats, Affine]:
    """Stations and times that explain the arrivals: means of quick arrivals nearby, then moved step by step, the times fitted anew after each round."""
    draw = np.random.default_rng(20_110_101)
    quick = np.exp(-taken_s / 120)
    stations = at[draw.choice(len(at), STATIONS, replace=False, p=quick / quick.sum())].copy()
    for _ in range(20):
        nearest = ((at[:, None] - stations[None]) ** 2).sum(axis=2).argmin(axis=1)
        for station in range(STATIONS):
            mine = nearest == station
            if mine.any():
                stations[station] = np.average(at[mine], axis=0, weights=quick[mine])
    usual = taken_s < np.quantile(taken_s, 0.99)
    affine = _fitted(at[usual], taken_s[usual], stations)
    for step in (1000.0, 500.0, 250.0):
        stations = _moved(at[usual], taken_s[usual], stations, affine.start_s, 1 / affine.speed_mps, step)
        affine = _fitted(at[usual], taken_s[usual], stations)
    return stations, affine


def _fitted(at: Floats, taken_s: Floats, stations: Floats) -> Affine:
    """Seconds before the fast part by the median, at the speed of real road graphs. A speed fitted here would be far too high: distances from
    stations that are themselves estimated are full of error, which flattens the slope."""
    speed = SPEED_MPS
    return Affine(float(np.median(taken_s - nearest_m(at, stations) / speed)), speed)


def world(city: City, *, time_share: float = 0.2) -> World:
    """The city as a grid of GRID_M metres: units stand at its nodes and go straight from one to the next."""
    low, high = city.fires.at.min(axis=0) - GRID_M, city.fires.at.max(axis=0) + GRID_M
    columns, rows = (np.ceil((high - low) / GRID_M) + 1).astype(np.int64)
    y, x = np.divmod(np.arange(rows * columns), columns)
    nodes = np.column_stack((x, y)) * GRID_M + low

    def node_of(places: Floats) -> Longs:
        found: Longs = np.rint((np.clip(places, low, high) - low) / GRID_M).astype(np.int64) @ np.array([1, columns])
        return found

    site_node = np.unique(node_of(city.fires.at))
    post_node = node_of(city.stations)
    metres = np.sqrt(((nodes[site_node][:, None] - nodes[None]) ** 2).sum(axis=2))
    drive = np.rint((city.affine.start_s + metres / city.affine.speed_mps) * 10).astype(np.uint16)[None]
    cells, weight = _demand(node_of(city.fires.at[city.fires.time < TRAINED_UNTIL]), site_node, int(columns))
    posts = Posts.of(drive[0][np.ix_(cells, post_node)] / 10.0, weight, STANDARD_S, time_share=time_share, spread=city.spread)
    goal_y, goal_x = np.divmod(post_node[:, None], columns)
    following = (y + np.sign(goal_y - y)) * columns + x + np.sign(goal_x - x)
    post_s = np.sqrt(((nodes[post_node][:, None] - nodes[None]) ** 2).sum(axis=2)) / city.affine.speed_mps
    one = np.array([STANDARD_S])
    return World(
        np.column_stack((nodes, np.zeros(len(nodes)))), drive, site_node, post_node, post_s.astype(np.float32), following.astype(np.int32),
        homes(np.arange(STATIONS), UNITS, posts), site_node, np.zeros(len(site_node)), cells, weight, np.zeros(1, dtype=np.int64), one, 0.0,
        posts.order, posts.price, posts.weight, posts.room, posts.none,
    )  # fmt: skip


def _demand(early: Longs, site_node: Longs, columns: int) -> tuple[Longs, Floats]:
    """Blocks of the grid where there were fires in the early years: the site that stands for each, its busiest, and its share of the fires."""
    y, x = np.divmod(early, columns)
    block, member, count = np.unique((y // BLOCK) * columns + x // BLOCK, return_inverse=True, return_counts=True)
    node, times = np.unique(early, return_counts=True)
    busy = times[np.searchsorted(node, early)]
    order = np.lexsort((-busy, member))
    first = order[np.searchsorted(member[order], np.arange(len(block)))]
    return np.searchsorted(site_node, early[first]), count / count.sum()


def calls(city: City, where: World, part: NDArray[np.bool_], pace: float, draw: np.random.Generator) -> Calls:
    """Real calls of a part of the record, `pace` times as close together as they were."""
    fires, size = city.fires, int(part.sum())
    low = city.fires.at.min(axis=0) - GRID_M
    columns = int(where.xyz[:, 1].searchsorted(where.xyz[0, 1] + 1))
    site = np.searchsorted(where.site_node, np.rint((fires.at[part] - low) / GRID_M).astype(np.int64) @ np.array([1, columns]))
    modelled = where.drive_ds[0][site[:, None], where.post_node[None]].min(axis=1) / 10.0
    factor = np.clip(fires.taken_s[part] / modelled, 0.2, 5.0)
    need = np.clip(np.rint(fires.people[part] / CREW), 1, 12).astype(np.int64)
    begin = fires.time[part][0]
    return Calls(
        (fires.time[part] - begin) / pace, site, np.zeros(size, dtype=np.int64), need, draw.exponential(SCENE_S, size),
        np.zeros(size, dtype=np.bool_), np.zeros(size), factor,
    )  # fmt: skip
