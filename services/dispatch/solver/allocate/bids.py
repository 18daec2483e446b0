"""A start for the slot model: cells bid for units until everyone is within a step of content, so that few and short searches remain.

A cell with an open slot takes its cheapest unit (cost + price) and raises the price of all it holds to the level of the best unit it does not
hold, plus a step.
A unit that has a price is always held, which is what lets the exact searches take over.
"""

import numpy as np
from numba import njit

from services.dispatch.solver.allocate.network import FAR, SHIFT, UNIT_MASK, Columns, Network
from services.dispatch.solver.allocate.problem import Indices
from services.dispatch.solver.allocate.searches import asking, drop, free, hold, lowest


@njit(cache=True, nogil=True)
def _cheapest_two(net: Network, cell: int) -> tuple[int, int, int]:
    """Best and second best of cost + price over the units the cell does not hold, and the best one's unit; leaving the slot empty counts."""
    best, second, found = net.dummy[cell], net.dummy[cell], np.int64(-1)
    keys, price, cell_of = net.keys, net.price, net.cell_of
    for at in range(net.start[cell], net.end[cell]):
        key = keys[at]
        cost = key >> SHIFT
        if cost >= second:
            break
        unit = key & UNIT_MASK
        cost += price[unit]
        if cost < second and cell_of[unit] != cell:
            if cost < best:
                second = best
                best = cost
                found = unit
            else:
                second = cost
    return int(best), int(second), int(found)


@njit(cache=True, nogil=True)
def bid(net: Network, paid: Indices, step: int, most: int) -> int:
    """Bid until no open slot wants a unit, or `most` bids are made; how many were made. `paid` holds the cost of the arc each unit is on."""
    cells = len(net.start)
    waiting = np.empty(cells, np.int64)
    queued = np.zeros(cells, np.bool_)
    head, length, made = 0, 0, 0
    for cell in range(cells - 1, -1, -1):
        if net.demand[cell] > net.got[cell]:
            waiting[length] = cell
            queued[cell] = True
            length += 1
    while length > 0 and made < most:
        cell = waiting[head]
        head = head + 1 if head + 1 < cells else 0
        length -= 1
        queued[cell] = False
        while net.got[cell] < net.demand[cell]:
            best, second, unit = _cheapest_two(net, cell)
            if unit < 0:
                break
            made += 1
            loser = net.cell_of[unit]
            if loser >= 0:
                drop(net, unit)
                if not queued[loser]:
                    waiting[(head + length) % cells] = loser
                    queued[loser] = True
                    length += 1
            paid[unit] = best - net.price[unit]
            hold(net, cell, unit)
            for k in range(net.slot[cell], net.slot[cell] + net.got[cell]):
                held = net.holds[k]
                net.price[held] = max(net.price[held], second + step - paid[held])
    return made


@njit(cache=True, nogil=True)
def back_off(net: Network, by: int) -> None:
    """Before bidding in smaller steps: every unit is let go and gives in a little."""
    for unit in range(len(net.price)):
        if net.cell_of[unit] >= 0:
            drop(net, unit)
        if net.price[unit] < FAR:
            net.price[unit] = max(0, net.price[unit] - by)


@njit(cache=True, nogil=True)
def value(net: Network) -> None:
    """Cells are worth what their prices allow: with it, the state is a feasible dual."""
    for cell in range(len(net.start)):
        net.worth[cell] = lowest(net, cell)


@njit(cache=True, nogil=True)
def settle(net: Network, arcs: Columns) -> Indices:
    """Make the duals exact: prices sink to what cells are worth, and who is not content lets go; the units now idle at a price."""
    value(net)
    for unit in range(len(net.price)):
        if net.price[unit] < FAR:
            net.price[unit] = asking(net, arcs, unit)
    for cell in range(len(net.start)):
        for at in range(net.start[cell], net.end[cell]):
            key = net.keys[at]
            unit = key & UNIT_MASK
            if net.cell_of[unit] == cell and (key >> SHIFT) + net.price[unit] > net.worth[cell]:
                drop(net, unit)
    return np.flatnonzero((net.cell_of < 0) & (net.price > 0) & (net.price < FAR))


@njit(cache=True, nogil=True)
def free_all(net: Network, arcs: Columns, idle: Indices) -> None:
    """Let idle units find work, one after the other."""
    for unit in idle:
        free(net, arcs, unit)


@njit(cache=True, nogil=True)
def stopgap(net: Network) -> None:
    """When the time is up: open slots take the cheapest idle unit. The duals stay a bound; the state is no optimum and goes no further."""
    for cell in range(len(net.start)):
        for at in range(net.start[cell], net.end[cell]):
            key = net.keys[at]
            unit = key & UNIT_MASK
            if net.got[cell] >= net.demand[cell] or (key >> SHIFT) >= net.dummy[cell]:
                break
            if net.cell_of[unit] < 0 and net.price[unit] < FAR:
                hold(net, cell, unit)
