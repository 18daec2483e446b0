"""The slot model with least crews and last arrivals as a programme in HiGHS: it grows by arcs, bounds as a linear and decides as an integer one.

Rows: cells (units + missing >= demand), units (one slot at most), zones (sent - missing <= may leave); of a cell with a least crew, whether the crew is
complete (y: units >= least y, units <= demand y, each unit <= y); of an incident whose teams act together, the moment the last is there (no less than
each arrival), told besides by whether it is later than each of some moments (z): so many units of a cell at most come later as z says. That is what makes
the linear bound near, and what there is to decide on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from services.dispatch.solver.allocate.master import quiet
from services.dispatch.solver.allocate.outcome import Outcome, reckon
from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Problem

TINY = 1e-4
"""A share, or a broken row, that is nothing."""

NONE = np.zeros(0, np.int32)
LOOK_SECONDS = 0.2

MOMENTS = 40
"""Moments at most, of an incident whose teams act together, at which its last arrival is told apart for the linear bound."""

Watch = Callable[[float, float], bool]
"""Told the best objective and the bound so far; False stops."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Every unit that could fill a slot of a cell, by cell. A pinned unit goes anyway: its arcs cost nothing."""

    cell: Indices
    unit: Indices
    seconds: Floats
    cost: Floats
    pinned: Flags

    @classmethod
    def of(cls, problem: Problem) -> "Arcs":
        """All of them, none left out."""
        held = problem.pinned_incident()
        banned = np.zeros((problem.incidents, problem.units), np.bool_)
        banned[problem.forbidden[:, 0], problem.forbidden[:, 1]] = True
        able, reach = [problem.available & column for column in problem.capabilities.T], problem.reach
        rows = []
        for cell in np.flatnonzero(problem.cell_demand).tolist():
            incident = problem.cell_incident[cell]
            seconds, mine = problem.seconds[incident], held == incident
            free = (seconds <= reach[cell]) & (held < 0) & ~banned[incident]
            stays = mine & (seconds <= problem.latest[cell])
            rows.append(np.flatnonzero(able[problem.cell_capability[cell]] & (free | stays)))
        cells = np.flatnonzero(problem.cell_demand)
        owner = np.repeat(cells, [len(row) for row in rows]) if rows else np.zeros(0, np.int64)
        unit = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        at = problem.cell_incident[owner]
        pinned = held[unit] >= 0
        way = problem.seconds[at, unit].astype(np.float64)
        return cls(owner, unit, way, np.where(pinned, 0.0, problem.weight[at] * way), pinned)


@dataclass(frozen=True, slots=True)
class Prices:
    """Values of the rows that price an arc; all >= 0."""

    cell: Floats
    unit: Floats
    zone: Floats
    crew: Floats
    """cells: what one more unit of the crew is worth (negative: costs)"""
    moment: Floats
    """cells and moments: what it costs to arrive at the moment or later, those before it included; a column for each moment, none first"""


class Programme:
    """The rows, and the columns of the arcs known so far."""

    def __init__(self, problem: Problem, arcs: Arcs, near: Indices) -> None:
        """Rows and the columns that are no arcs; no arc yet. The moments are those at which the `near` arcs arrive."""
        self.problem, self.arcs = problem, arcs
        demand, least = problem.cell_demand, np.minimum(problem.min_crew, problem.cell_demand)
        self.crews = np.flatnonzero(least > 1)
        wanted = np.bincount(problem.cell_incident, demand, problem.incidents)
        self.teams = np.flatnonzero((problem.last_arrival > 0) & (wanted > 0))
        self.crew_of, self.team_of = np.full(problem.cells, -1, np.int64), np.full(problem.incidents, -1, np.int64)
        self.crew_of[self.crews], self.team_of[self.teams] = np.arange(len(self.crews)), np.arange(len(self.teams))
        self._moments(near)
        self.cuts: dict[int, list[tuple[int, int]]] = {}
        """of a cell, by moment: rows that say what its nearer units leave to later ones"""
        self.known = np.zeros(0, np.int64)
        self.is_known: Flags = np.zeros(len(arcs.cell), np.bool_)
        self.solver = quiet(solver="simplex", presolve="off")
        self.constant, self.objective = self._constant(), np.inf
        self._first(demand.astype(np.float64), least.astype(np.float64))

    def _moments(self, near: Indices) -> None:
        """Of each team at most so many moments, and how many of them each arc reaches."""
        at = self.problem.cell_incident[self.arcs.cell]
        self.moments: list[Floats] = []
        self.reaches = np.zeros(len(at), np.int64)
        for team in self.teams:
            found = np.unique(self.arcs.seconds[near[at[near] == team]])
            chosen = found[np.unique(np.linspace(0, len(found) - 1, MOMENTS).astype(np.int64))] if len(found) else found
            self.moments.append(chosen)
            here = np.flatnonzero(at == team)
            self.reaches[here] = np.searchsorted(chosen, self.arcs.seconds[here], side="right")
        self.first_of = np.cumsum([0, *map(len, self.moments)])
        """teams: their first moment"""

    def _constant(self) -> float:
        """Weighted seconds of the pinned units' ways, and of pinned units alone that act together where nothing is wanted."""
        problem = self.problem
        incident, unit = problem.pinned[:, 0], problem.pinned[:, 1]
        seconds = problem.seconds[incident, unit].astype(np.float64)
        self.arrived = np.zeros(problem.incidents)
        np.maximum.at(self.arrived, incident, seconds)
        idle = self.team_of[np.arange(problem.incidents)] < 0
        return float((problem.weight[incident] * seconds).sum() + (problem.last_arrival * self.arrived)[idle].sum())

    def _first(self, demand: Floats, least: Floats) -> None:
        problem, crews, teams = self.problem, self.crews, self.teams
        cells, units, zones, count, together = problem.cells, problem.units, problem.zones, len(crews), len(teams)
        free = problem.available & (problem.pinned_incident() < 0)
        leave = np.bincount(problem.zone[free], minlength=zones) - problem.reserve
        self.team_cells = np.flatnonzero((self.team_of[problem.cell_incident] >= 0) & (demand > 0))
        lengths = np.array([len(self.moments[self.team_of[problem.cell_incident[cell]]]) for cell in self.team_cells], np.int64)
        self.row_of_moment = np.full(cells, -1, np.int64)
        self.base = np.cumsum([0, cells, units, zones, count, count, together, int(lengths.sum())])
        self.row_of_moment[self.team_cells] = self.base[6] + np.cumsum(lengths) - lengths
        late, moments = np.full(self.base[7] - self.base[6], -np.inf), int(self.first_of[-1])
        low = np.concatenate([demand, np.full(units + zones, -np.inf), np.zeros(count), np.full(count, -np.inf), np.zeros(together), late])
        high = np.concatenate(
            [np.full(cells, np.inf), np.ones(units), leave, np.full(count, np.inf), np.zeros(count), np.full(together, np.inf), np.zeros(len(late))]
        )
        self.solver.addRows(len(low), low, high, 0, NONE, NONE, np.zeros(0))
        cost = np.concatenate([problem.missing_cost, np.full(zones, problem.reserve_price), np.zeros(count), problem.last_arrival[teams], np.zeros(moments)])
        lower = np.concatenate([np.zeros(cells + zones + count), self.arrived[teams], np.zeros(moments)])
        upper = np.concatenate([np.full(cells + zones, np.inf), np.ones(count), np.full(together, np.inf), np.ones(moments)])
        rows = [[cell] for cell in range(cells)] + [[self.base[2] + zone] for zone in range(zones)]
        rows += [[self.base[3] + at, self.base[4] + at] for at in range(count)] + [[self.base[5] + at] for at in range(together)]
        values = [[1.0]] * cells + [[-1.0]] * zones + [[-least[cell], -demand[cell]] for cell in crews] + [[1.0]] * together
        for at, team in enumerate(teams):
            mine = self.team_cells[problem.cell_incident[self.team_cells] == team]
            for number, step in enumerate(np.diff(self.moments[at], prepend=0.0)):
                rows.append([self.base[5] + at, *(self.row_of_moment[mine] + number)])
                values.append([-step, *(-demand[mine])])
        starts = np.cumsum([0, *map(len, rows)])[:-1].astype(np.int32)
        index, value = np.concatenate(rows).astype(np.int32), np.concatenate(values).astype(np.float64)
        self.solver.addCols(len(cost), cost, lower, upper, len(index), starts, index, value)
        self.first_crew, self.first_team, self.first_arc = cells + zones, cells + zones + count, len(cost)
        self.first_moment = self.first_team + together

    def add(self, which: Indices) -> int:
        """Take in arcs; how many were new."""
        new = np.unique(which[~self.is_known[which]])
        if not len(new):
            return 0
        self.is_known[new] = True
        problem, arcs = self.problem, self.arcs
        cell, unit, free = arcs.cell[new], arcs.unit[new], ~arcs.pinned[new]
        crew, team = self.crew_of[cell], self.team_of[problem.cell_incident[cell]]
        crewed, timed = crew >= 0, (team >= 0) & free
        reaches = np.where(timed, self.reaches[new], 0)
        own_crew, own_team, own_moment = self._own_rows(crew[crewed], team[timed], (self.first_of[team] + reaches - 1)[reaches > 0])
        late = np.repeat(np.arange(len(new)), reaches)
        step = np.arange(len(late)) - np.repeat(np.cumsum(reaches) - reaches, reaches)
        parts = [
            (np.arange(len(new)), cell, np.ones(len(new))),
            (np.arange(len(new)), self.base[1] + unit, np.ones(len(new))),
            (np.flatnonzero(free), self.base[2] + problem.zone[unit[free]], np.ones(int(free.sum()))),
            (np.flatnonzero(crewed), self.base[3] + crew[crewed], np.ones(int(crewed.sum()))),
            (np.flatnonzero(crewed), self.base[4] + crew[crewed], np.ones(int(crewed.sum()))),
            (np.flatnonzero(crewed), own_crew, np.ones(int(crewed.sum()))),
            (np.flatnonzero(timed), own_team, -arcs.seconds[new[timed]]),
            (np.flatnonzero(reaches > 0), own_moment, np.ones(int((reaches > 0).sum()))),
            (late, self.row_of_moment[cell[late]] + step, np.ones(len(late))),
        ]
        parts.append(self._in_cuts(cell, reaches))
        owner, rows, values = (np.concatenate([part[at] for part in parts]) for at in range(3))
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(new))).astype(np.int32)
        count, index = len(new), rows[order].astype(np.int32)
        self.solver.addCols(count, arcs.cost[new], np.zeros(count), np.full(count, np.inf), len(index), starts, index, values[order].astype(np.float64))
        self.known = np.concatenate([self.known, new])
        return count

    def _in_cuts(self, cell: Indices, reaches: Indices) -> tuple[Indices, Indices, Floats]:
        """Which of these arcs stand in which rows of `cuts`."""
        found = [(at, row) for at in np.flatnonzero(np.isin(cell, list(self.cuts))) for moment, row in self.cuts[int(cell[at])] if moment < reaches[at]]
        table = np.array(found, np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1], np.ones(len(table))

    def cut(self) -> int:
        """Rows that the shares of the last answer break; how many were added.

        Of m nearer units of a cell that are all sent only demand - m slots are left: units later than a moment + those m <= demand z + m (1 - z). Without
        it one of two later units is taken in halves, each with half of a later last arrival.
        """
        shares = np.asarray(self.solver.getSolution().col_value)
        taken, added = shares[self.first_arc :], 0
        used = np.flatnonzero((taken > TINY) & (self.row_of_moment[self.arcs.cell[self.known]] >= 0))
        for cell in np.unique(self.arcs.cell[self.known[used]]).tolist():
            here = used[self.arcs.cell[self.known[used]] == cell]
            added += self._cut_cell(cell, here, shares, taken)
        return added

    def _cut_cell(self, cell: int, here: Indices, shares: Floats, taken: Floats) -> int:
        team, demand = int(self.team_of[self.problem.cell_incident[cell]]), float(self.problem.cell_demand[cell])
        reaches, pinned = self.reaches[self.known[here]], self.arcs.pinned[self.known[here]]
        best, found = TINY, None
        for moment in range(len(self.moments[team])):
            later = shares[self.first_moment + self.first_of[team] + moment]
            if later < TINY or later > 1 - TINY:
                continue
            far = (reaches > moment) & ~pinned
            near = here[~far & (taken[here] > 1 - later + TINY)]
            near = near[np.argsort(-taken[near])][: int(demand)]
            broken = taken[here[far]].sum() + taken[near].sum() - demand * later - len(near) * (1 - later)
            if len(near) and broken > best:
                best, found = float(broken), (moment, near)
        if found is None:
            return 0
        moment, near = found
        mine = np.flatnonzero(self.arcs.cell[self.known] == cell)
        later_arcs = mine[(self.reaches[self.known[mine]] > moment) & ~self.arcs.pinned[self.known[mine]]]
        index = np.concatenate([self.first_arc + later_arcs, self.first_arc + near, [self.first_moment + self.first_of[team] + moment]]).astype(np.int32)
        value = np.append(np.ones(len(later_arcs) + len(near)), len(near) - demand)
        self.cuts.setdefault(cell, []).append((moment, self.solver.getNumRow()))
        self.solver.addRow(-np.inf, float(len(near)), len(index), index, value)
        return 1

    def _own_rows(self, crew: Indices, team: Indices, moment: Indices) -> tuple[Indices, Indices, Indices]:
        """A row for each arc of a crew (unit <= complete), and two of a team (last arrival >= its own; unit <= later than the last moment it reaches)."""
        first, parts = self.solver.getNumRow(), (crew, team, moment)
        count = sum(map(len, parts))
        timed = np.repeat([False, True, False], [len(part) for part in parts])
        index = np.concatenate([self.first_crew + crew, self.first_team + team, self.first_moment + moment]).astype(np.int32)
        low, high = np.where(timed, 0.0, -np.inf), np.where(timed, np.inf, 0.0)
        self.solver.addRows(count, low, high, count, np.arange(count, dtype=np.int32), index, np.where(timed, 1.0, -1.0))
        rows = first + np.arange(count)
        return rows[: len(crew)], rows[len(crew) : len(crew) + len(team)], rows[len(crew) + len(team) :]

    def relax(self, seconds: float, watch: Callable[[], bool]) -> Prices | None:
        """Solve over the known arcs without wholeness; None when the time was not enough, or the watch said stop."""
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + max(0.01, seconds))
        asked = time.monotonic()

        def look(event: object) -> None:
            nonlocal asked
            if time.monotonic() - asked > LOOK_SECONDS:
                asked = time.monotonic()
                if not watch():
                    event.interrupt()  # type: ignore[attr-defined]

        self.solver.cbSimplexInterrupt.subscribe(look)
        try:
            self.solver.run()
        finally:
            self.solver.cbSimplexInterrupt.unsubscribe(look)
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        self.objective = float(self.solver.getInfo().objective_function_value) + self.constant
        dual = np.asarray(self.solver.getSolution().row_dual)
        cell, unit, zone, complete, most, _, late = np.split(dual[: self.base[7]], self.base[1:7])
        crew = np.zeros(self.problem.cells)
        crew[self.crews] = np.maximum(0.0, complete) + np.minimum(0.0, most)
        moment = np.zeros((self.problem.cells, MOMENTS + 1))
        for at in self.team_cells:
            begin, count = self.row_of_moment[at] - self.base[6], len(self.moments[self.team_of[self.problem.cell_incident[at]]])
            moment[at, 1 : count + 1] = np.cumsum(np.maximum(0.0, -late[begin : begin + count]))
        for name, rows in self.cuts.items():
            for number, row in rows:
                moment[name, number + 1 :] += max(0.0, -float(dual[row]))
        return Prices(np.maximum(0.0, cell), np.maximum(0.0, -unit), np.maximum(0.0, -zone), crew, moment)

    def reduced(self, prices: Prices) -> Floats:
        """arcs: what each costs beyond what it is worth, known or not; a known one's own rows are left out, which lowers it at most."""
        problem, arcs = self.problem, self.arcs
        free = ~arcs.pinned
        cost = arcs.cost - prices.cell[arcs.cell] - prices.crew[arcs.cell] + prices.unit[arcs.unit]
        return np.asarray(cost + free * (prices.zone[problem.zone[arcs.unit]] + prices.moment[arcs.cell, self.reaches]))

    def decide(self, within: Flags, start: Outcome, seconds: float, watch: Watch) -> tuple[Outcome | None, float]:
        """The best whole allocation of the known arcs that are `within` (by position in `known`), and a bound that none of them beats."""
        solver = quiet(time_limit=max(0.05, seconds), mip_rel_gap=0.0, mip_abs_gap=1e-4)
        solver.passModel(self.solver.getLp())
        count = len(self.known)
        columns = (self.first_arc + np.arange(count)).astype(np.int32)
        solver.changeColsBounds(count, columns, np.zeros(count), np.where(within, 1.0, 0.0))
        others = np.concatenate([self.first_crew + np.arange(len(self.crews)), self.first_moment + np.arange(self.first_of[-1])])
        whole = np.concatenate([others, columns]).astype(np.int32)
        solver.changeColsIntegrality(len(whole), whole, np.full(len(whole), highspy.HighsVarType.kInteger))
        self._begin(solver, start)

        def look(event: object) -> None:
            told = event.data_out  # type: ignore[attr-defined]
            if not watch(told.mip_primal_bound + self.constant, told.mip_dual_bound + self.constant):
                event.interrupt()  # type: ignore[attr-defined]

        solver.cbMipInterrupt.subscribe(look)
        try:
            solver.run()
        finally:
            solver.cbMipInterrupt.unsubscribe(look)
        info = solver.getInfo()
        bound = float(info.mip_dual_bound) + self.constant
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, bound
        taken = self.known[np.asarray(solver.getSolution().col_value)[self.first_arc :] > 0.5]
        return self.outcome(taken), bound

    def _begin(self, solver: highspy.Highs, start: Outcome) -> None:
        """Give the integer programme the best allocation so far."""
        filled = start.slot >= 0
        names = start.slot[filled] * self.problem.units + start.to[filled]
        taken = np.isin(self.arcs.cell[self.known] * self.problem.units + self.arcs.unit[self.known], names)
        crews = start.covered[self.crews] > 0
        index = np.concatenate([self.first_crew + np.arange(len(crews)), self.first_arc + np.arange(len(taken))]).astype(np.int32)
        solver.setSolution(len(index), index, np.concatenate([crews, taken]).astype(np.float64))

    def outcome(self, taken: Indices) -> Outcome:
        """What these arcs come to; pinned units that fill no slot stand beside them."""
        problem, arcs = self.problem, self.arcs
        unit, cell = arcs.unit[taken], arcs.cell[taken]
        spare = problem.pinned[~np.isin(problem.pinned[:, 1], unit)]
        at = np.concatenate([problem.cell_incident[cell], spare[:, 0]])
        return reckon(problem, at, np.concatenate([unit, spare[:, 1]]), np.concatenate([cell, np.full(len(spare), -1, np.int64)]))
