"""The slot model solved to a proven optimum, kept so that a change costs one search per changed slot.

Successive shortest paths keep a feasible dual at every moment, so that the bound stands even when the time is up before the last slot is filled.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from services.dispatch.solver.allocate import bids, network, searches
from services.dispatch.solver.allocate.network import FAR, Columns, Network
from services.dispatch.solver.allocate.problem import Indices, Problem

STEP = 64
"""Searches between two looks at the clock."""

BID_STEPS = (1 << 9, 1 << 12, 1 << 15, 1 << 18)
"""Bids rise by the dearest slot's cost divided by these, coarse to fine: measured, four rounds leave about one exact search for eight units."""

BACK_OFF = 10
"""How many steps prices give in between two rounds; small enough to keep what was learnt, large enough that hardly a unit is left idle at a price."""

BIDS_PER_CELL = 400
"""Bids of a round are cut off there; the exact searches do the rest."""

Watch = Callable[[], bool]


def always() -> bool:
    """A watch that never stops."""
    return True


@dataclass(frozen=True, slots=True)
class Certificate:
    """What proves a flow: primal = dual and no reduced cost below 0, in weighted seconds. `rounding` is what whole costs may hide."""

    primal: float
    dual: float
    least_reduced_cost: float
    rounding: float

    @property
    def proven(self) -> bool:
        """True when the flow is an optimum."""
        return self.primal == self.dual and self.least_reduced_cost >= 0


class Flow:
    """A slot model with its flow and duals. Change it by the verbs below; after each it stands at an optimum again."""

    def __init__(self, problem: Problem) -> None:
        """Rows are built; nothing is assigned before `solve`."""
        self.problem = problem
        self._rows = network.build(problem)
        self._columns: Columns | None = None
        self._listed = problem.available.copy()
        self.complete = False

    @property
    def net(self) -> Network:
        """The arrays the searches write into."""
        return self._rows.network

    @property
    def searches(self) -> int:
        """How many searches were made."""
        return int(self.net.marks[searches.SEARCHES])

    @property
    def arcs_read(self) -> int:
        """How many arcs the filling searches read."""
        return int(self.net.marks[searches.READ])

    def solve(self, watch: Watch = always) -> bool:
        """Reach the optimum; false when the watch said stop first. What is assigned by then stays, and the bound holds."""
        net, arcs = self.net, self._arcs
        top, last = max(1, int(net.dummy.max(initial=1))), 0
        paid = np.zeros(len(net.price), np.int64)
        for share in BID_STEPS:
            step = max(1, top // share)
            if not watch():
                bids.value(net)
                return False
            bids.back_off(net, BACK_OFF * last)
            bids.bid(net, paid, step, BIDS_PER_CELL * (len(net.start) + 1))
            last = step
        return self._finish(bids.settle(net, arcs), watch)

    def _finish(self, idle: Indices, watch: Watch) -> bool:
        """The exact searches that are left: idle units find work, then open slots are filled."""
        for at in range(0, len(idle), STEP):
            if not watch():
                return False
            bids.free_all(self.net, self._arcs, idle[at : at + STEP])
        order = np.flatnonzero(self.net.got < self.net.demand)
        for at in range(0, len(order), STEP):
            if not watch():
                return False
            searches.fill_all(self.net, order[at : at + STEP])
        self.complete = True
        return True

    def certificate(self) -> Certificate:
        """Recompute the proof from the arcs; one reading of all of them."""
        primal, dual, least = (int(value) for value in searches.certificate(self.net))
        scale = self._rows.scale
        standing = self._pin_constant()
        slots = int(self.net.demand.sum())
        return Certificate(primal / scale + standing, dual / scale + standing, least / scale, slots * 0.5 / scale)

    def _pin_constant(self) -> float:
        """What pins add: the bonus given back, and the way of pinned units that fill no slot."""
        incident, unit = self.problem.pinned[:, 0], self.problem.pinned[:, 1]
        filling = self.net.cell_of[unit] >= 0
        idle = (self.problem.weight[incident] * self.problem.seconds[incident, unit])[~filling]
        return float(filling.sum() * (self._rows.pin_bonus / self._rows.scale) + idle.sum())

    def prices(self) -> tuple[Indices, Indices, float]:
        """Duals of cells and zones, of units (0 for one that may not be sent), and how many make a weighted second."""
        price = self.net.price
        return self.net.worth.copy(), np.where(price >= FAR // 2, 0, price), self._rows.scale

    @property
    def _arcs(self) -> Columns:
        if self._columns is None:
            self._columns = network.columns(self.problem, self._rows)
        return self._columns

    def sent(self) -> tuple[Indices, Indices, Indices]:
        """Pairs as (incident, unit, cell filled); a pinned unit that fills none has the cell -1."""
        net, problem = self.net, self.problem
        unit = np.flatnonzero((net.cell_of >= 0) & (net.cell_of < problem.cells))
        slot = net.cell_of[unit]
        spare = problem.pinned[net.cell_of[problem.pinned[:, 1]] < 0]
        at = np.concatenate([problem.cell_incident[slot], spare[:, 0]])
        return at, np.concatenate([unit, spare[:, 1]]), np.concatenate([slot, np.full(len(spare), -1, np.int64)])

    def turn(self, problem: Problem) -> None:
        """Follow a problem that differs in demand, units at hand, pins and exclusions only, change by change."""
        before = self.problem
        for incident, unit in _gone(before.forbidden, problem.forbidden):
            self.permit(incident, unit)
        for _, unit in _gone(before.pinned, problem.pinned):
            self.unpin(unit)
        for gone in map(int, np.flatnonzero(before.available & ~problem.available)):
            self.lose(gone)
        for back in map(int, np.flatnonzero(~before.available & problem.available)):
            self.restore(back)
        for incident in np.unique(problem.cell_incident[before.cell_demand != problem.cell_demand]):
            here = problem.cell_incident == incident
            self.open(int(incident), replace(self.problem, cell_demand=np.where(here, problem.cell_demand, self.problem.cell_demand)))
        for incident, unit in _gone(problem.forbidden, before.forbidden):
            self.forbid(incident, unit)
        for incident, unit in _gone(problem.pinned, before.pinned):
            self.pin(incident, unit)
        self.problem = problem

    def close(self, incident: int) -> None:
        """Nothing more is asked for at the incident: its units find other work."""
        self._set_demand(incident, self.problem.closed(incident))

    def open(self, incident: int, problem: Problem) -> None:
        """The incident asks for what `problem` says, which may differ from the present one in this incident's demand only."""
        self._set_demand(incident, problem)

    def _set_demand(self, incident: int, problem: Problem) -> None:
        net, arcs = self.net, self._arcs
        places = np.diff(np.append(net.slot, len(net.holds)))[: problem.cells]
        room = np.diff(np.append(net.start, len(net.keys)))[: problem.cells]
        if (np.minimum(problem.cell_demand, room) > places).any():
            self._anew(problem)
            return
        for unit in np.flatnonzero(arcs.pinned == incident):
            if not (problem.pinned[:, 1] == unit).any():
                self._unpin(int(unit))
        self.problem = problem
        for cell in map(int, np.flatnonzero(problem.cell_incident == incident)):
            before, net.demand[cell] = net.demand[cell], problem.cell_demand[cell]
            if before == 0:
                net.worth[cell] = searches.lowest(net, cell)
            freed = [_last_out(net, cell) for _ in range(max(0, int(net.got[cell] - net.demand[cell])))]
            for idle in freed:
                searches.free(net, arcs, idle)
            self._refill(cell)

    def _anew(self, problem: Problem) -> None:
        """More is asked for than there are places kept: build and solve afresh."""
        self.problem = problem
        self._rows = network.build(problem)
        self._columns = None
        self._listed = problem.available.copy()
        self.solve()

    def _refill(self, cell: int) -> None:
        searches.fill_all(self.net, np.array([cell], np.int64))

    def lose(self, unit: int) -> None:
        """The unit is gone: whatever it did, another does if that is worth it."""
        if self._arcs.pinned[unit] >= 0:
            self._unpin(unit)
        net = self.net
        self.problem = self.problem.without(unit)
        left = searches.drop(net, unit) if net.cell_of[unit] >= 0 else -1
        net.price[unit] = FAR
        if left >= 0:
            self._refill(left)

    def restore(self, unit: int) -> None:
        """The unit is back, and goes where it saves most."""
        available = self.problem.available.copy()
        available[unit] = True
        self.problem = replace(self.problem, available=available)
        if not self._listed[unit]:
            self._listed[unit] = True
            self._list(unit)
        self._price_in(unit)

    def _list(self, unit: int) -> None:
        """Enter the arcs of an unpinned unit into all rows it belongs to."""
        for cell, cost in self._arcs_of(unit):
            network.insert_arc(self.net, cell, cost, unit)

    def _unlist(self, unit: int) -> None:
        for cell in self._rows_of(unit):
            network.remove_arc(self.net, cell, unit)

    def _rows_of(self, unit: int) -> Indices:
        asked = np.flatnonzero(self.problem.capabilities[unit, self.problem.cell_capability])
        return np.append(asked, self._arcs.zone_cell[unit])

    def _arcs_of(self, unit: int) -> Iterator[tuple[int, int]]:
        arcs = self._arcs
        for cell in self._rows_of(unit):
            if cell >= self.problem.cells:
                yield int(cell), 0
                continue
            seconds = float(arcs.seconds[unit, arcs.incident[cell]])
            if seconds <= arcs.reach[cell]:
                yield int(cell), network.whole(seconds, float(arcs.factor[cell]))

    def _price_in(self, unit: int) -> None:
        """Give an idle unit the least price that its rows allow, then let it find work."""
        net = self.net
        net.price[unit] = 0
        net.price[unit] = searches.asking(net, self._arcs, unit)
        searches.free(net, self._arcs, unit)

    def pin(self, incident: int, unit: int) -> None:
        """The unit stays with the incident; the rest is arranged around it."""
        if self._arcs.pinned[unit] >= 0:
            self._unpin(unit)
        self._take_out(unit)
        self.problem = self.problem.pinning(incident, unit)
        self._arcs.pinned[unit] = incident
        network.insert_pinned(self.problem, self._rows, incident, unit)
        self._price_in(unit)

    def unpin(self, unit: int) -> None:
        """The unit may go where it is best again."""
        self._unpin(unit)

    def _unpin(self, unit: int) -> None:
        self._take_out(unit)
        self.problem = replace(self.problem, pinned=self.problem.pinned[self.problem.pinned[:, 1] != unit])
        self._arcs.pinned[unit] = -1
        self._list(unit)
        self._price_in(unit)

    def _take_out(self, unit: int) -> None:
        """Out of its cell and of all rows; the cell finds another."""
        net = self.net
        self._unlist(unit)
        left = searches.drop(net, unit) if net.cell_of[unit] >= 0 else -1
        net.price[unit] = FAR
        if left >= 0:
            self._refill(left)

    def forbid(self, incident: int, unit: int) -> None:
        """The pair must not be; a unit that is there leaves."""
        if self._arcs.pinned[unit] == incident:
            self._unpin(unit)
        net = self.net
        self.problem = self.problem.forbidding(incident, unit)
        self._arcs.seconds[unit, incident] = np.inf
        for cell in np.flatnonzero((self.problem.cell_incident == incident) & self.problem.capabilities[unit, self.problem.cell_capability]):
            network.remove_arc(net, int(cell), unit)
            if net.cell_of[unit] == cell:
                searches.drop(net, unit)
                searches.free(net, self._arcs, unit)
                self._refill(int(cell))

    def permit(self, incident: int, unit: int) -> None:
        """The pair may be again."""
        keep = (self.problem.forbidden[:, 0] != incident) | (self.problem.forbidden[:, 1] != unit)
        self.problem = replace(self.problem, forbidden=self.problem.forbidden[keep])
        self._arcs.seconds[unit, incident] = self.problem.seconds[incident, unit]
        if self._arcs.pinned[unit] < 0 and self._listed[unit]:
            gone = not self.problem.available[unit]
            self._take_out(unit)
            self._list(unit)
            if not gone:
                self._price_in(unit)


def _last_out(net: Network, cell: int) -> int:
    """Take the unit entered last out of the cell."""
    unit = int(net.holds[net.slot[cell] + net.got[cell] - 1])
    searches.drop(net, unit)
    return unit


def _gone(before: Indices, now: Indices) -> list[tuple[int, int]]:
    """Pairs of the first that the second lacks."""
    kept = {(int(incident), int(unit)) for incident, unit in now}
    return [(int(incident), int(unit)) for incident, unit in before if (int(incident), int(unit)) not in kept]
