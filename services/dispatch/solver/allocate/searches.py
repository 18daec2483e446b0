"""The two searches of successive shortest paths, compiled: one fills a slot, the other finds work for a unit that became free.

Duals kept: price of a unit >= 0 (0 when idle), worth of a cell <= cost + price over its arcs, equal on the arcs used, and <= the cost of a
missing unit, equal where one is missing. Both searches are Dijkstra on cost + price - worth and leave these true, so that the state is an
optimum after every search.
"""

import numpy as np
from numba import njit

from services.dispatch.solver.allocate.network import FAR, SHIFT, UNIT_MASK, Columns, Network
from services.dispatch.solver.allocate.problem import Indices

TOUCHED, SETTLED, HEAPED, BEST, END_UNIT, END_CELL, SEARCHES, READ = range(8)


@njit(cache=True, nogil=True)
def hold(net: Network, cell: int, unit: int) -> None:
    """Enter a unit into a cell."""
    at = net.slot[cell] + net.got[cell]
    net.holds[at] = unit
    net.place[unit] = at
    net.cell_of[unit] = cell
    net.got[cell] += 1


@njit(cache=True, nogil=True)
def drop(net: Network, unit: int) -> int:
    """Take a unit out of its cell and return the cell."""
    cell = net.cell_of[unit]
    last = net.slot[cell] + net.got[cell] - 1
    other = net.holds[last]
    net.holds[net.place[unit]] = other
    net.place[other] = net.place[unit]
    net.holds[last] = -1
    net.got[cell] -= 1
    net.cell_of[unit] = -1
    net.place[unit] = -1
    return int(cell)


@njit(cache=True, nogil=True)
def _up(heap: Indices, heap_place: Indices, marks: Indices, distance: Indices, item: int) -> None:
    """Insert an item into the heap, or move it up after its distance shrank."""
    at = heap_place[item]
    if at < 0:
        at = marks[HEAPED]
        marks[HEAPED] = at + 1
    key = distance[item]
    while at > 0:
        parent = (at - 1) >> 1
        other = heap[parent]
        if distance[other] <= key:
            break
        heap[at] = other
        heap_place[other] = at
        at = parent
    heap[at] = item
    heap_place[item] = at


@njit(cache=True, nogil=True)
def _pop(heap: Indices, heap_place: Indices, marks: Indices, distance: Indices) -> int:
    """Take the nearest item off the heap."""
    top = heap[0]
    heap_place[top] = -1
    size = marks[HEAPED] - 1
    marks[HEAPED] = size
    if size > 0:
        item = heap[size]
        key = distance[item]
        at = 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and distance[heap[child + 1]] < distance[heap[child]]:
                child += 1
            other = heap[child]
            if distance[other] >= key:
                break
            heap[at] = other
            heap_place[other] = at
            at = child
        heap[at] = item
        heap_place[item] = at
    return int(top)


@njit(cache=True, nogil=True)
def _scan(net: Network, cell: int, so_far: int, via: int) -> None:
    """Reach a cell: it may go without a unit, or take any of its arcs shorter than the best end known."""
    net.cell_distance[cell] = so_far
    net.cell_reached_from[cell] = via
    net.settled[net.marks[SETTLED]] = cell
    net.marks[SETTLED] += 1
    base = so_far - net.worth[cell]
    best = net.marks[BEST]
    if base + net.dummy[cell] < best:
        best = base + net.dummy[cell]
        net.marks[END_UNIT] = -1
        net.marks[END_CELL] = cell
    keys, price, distance, cell_of, cell_distance = net.keys, net.price, net.distance, net.cell_of, net.cell_distance
    heap, heap_place, marks, reached_from = net.heap, net.heap_place, net.marks, net.reached_from
    begin, end = net.start[cell], net.end[cell]
    at = begin
    while at < end:
        key = keys[at]
        near = base + (key >> SHIFT)
        if near >= best:
            break
        at += 1
        unit = key & UNIT_MASK
        near += price[unit]
        if near < best and near < distance[unit]:
            if distance[unit] == FAR:
                net.touched[net.marks[TOUCHED]] = unit
                net.marks[TOUCHED] += 1
            distance[unit] = near
            reached_from[unit] = cell
            if cell_of[unit] < 0:
                best = near
                net.marks[END_UNIT] = unit
            elif heap_place[unit] >= 0 or cell_distance[cell_of[unit]] == FAR:
                _up(heap, heap_place, marks, distance, unit)
    net.marks[READ] += at - begin
    net.marks[BEST] = best


@njit(cache=True, nogil=True)
def _forget(net: Network, sign: int) -> None:
    """Move the duals by what the search found (+1 filling, -1 freeing), and clean its scratch."""
    best = net.marks[BEST]
    for k in range(net.marks[TOUCHED]):
        unit = net.touched[k]
        if net.distance[unit] < best:
            net.price[unit] += sign * (best - net.distance[unit])
        net.distance[unit] = FAR
        net.heap_place[unit] = -1
    for k in range(net.marks[SETTLED]):
        cell = net.settled[k]
        if net.cell_distance[cell] < best:
            net.worth[cell] += sign * (best - net.cell_distance[cell])
        net.cell_distance[cell] = FAR
    for k in range(net.marks[HEAPED]):
        net.heap_place[net.heap[k]] = -1
    net.marks[:3] = 0
    net.marks[SEARCHES] += 1


@njit(cache=True, nogil=True)
def fill(net: Network, source: int) -> bool:
    """Find the cheapest way to give one more unit to a cell; false when the cheapest way is to leave the slot of this very cell empty."""
    net.marks[BEST] = FAR
    _scan(net, source, 0, -1)
    while net.marks[HEAPED] > 0:
        unit = _pop(net.heap, net.heap_place, net.marks, net.distance)
        so_far = net.distance[unit]
        if so_far >= net.marks[BEST]:
            break
        cell = net.cell_of[unit]
        if net.cell_distance[cell] == FAR:
            _scan(net, cell, so_far, unit)
    unit, end = net.marks[END_UNIT], net.marks[END_CELL]
    if unit < 0:
        if end == source:
            _forget(net, 1)
            return False
        unit = net.cell_reached_from[end]
        drop(net, unit)
    while True:
        cell = net.reached_from[unit]
        passed = net.cell_reached_from[cell]
        if passed >= 0:
            drop(net, passed)
        hold(net, cell, unit)
        if passed < 0:
            break
        unit = passed
    _forget(net, 1)
    return True


@njit(cache=True, nogil=True)
def fill_all(net: Network, cells: Indices) -> None:
    """Fill the open slots of the cells."""
    for cell in cells:
        while net.got[cell] < net.demand[cell]:
            if not fill(net, cell):
                break


@njit(cache=True, nogil=True)
def _take(net: Network, cell: int, near: int, unit: int) -> None:
    """A unit could go to the cell at the distance: the cell is an end where a unit is missing, a way on where it is full."""
    if net.cell_distance[cell] == FAR:
        net.settled[net.marks[SETTLED]] = cell
        net.marks[SETTLED] += 1
    net.cell_distance[cell] = near
    net.cell_reached_from[cell] = unit
    if net.got[cell] < net.demand[cell]:
        net.marks[BEST] = near
        net.marks[END_CELL] = cell
        net.marks[END_UNIT] = -1
    else:
        _up(net.heap, net.heap_place, net.marks, net.cell_distance, cell)


@njit(cache=True, nogil=True)
def _offers(net: Network, arcs: Columns, unit: int, so_far: int) -> None:
    """Reach a unit: it may fall idle, or go to any cell it can serve. Only arcs that shorten something leave the inner loop."""
    if net.distance[unit] == FAR:
        net.touched[net.marks[TOUCHED]] = unit
        net.marks[TOUCHED] += 1
    net.distance[unit] = so_far
    base = so_far + net.price[unit]
    if base < net.marks[BEST]:
        net.marks[BEST] = base
        net.marks[END_UNIT] = unit
    times, pinned = arcs.seconds[unit], arcs.pinned[unit]
    worth, demand, cell_distance, marks = net.worth, net.demand, net.cell_distance, net.marks
    cells, incidents, factor = arcs.cell, arcs.incident, arcs.factor
    reach = arcs.latest if pinned >= 0 else arcs.reach
    if pinned >= 0:
        base -= np.int64(arcs.figures[1])
    for k in range(arcs.capability_start[unit], arcs.capability_start[unit + 1]):
        capability = arcs.capability[k]
        for j in range(arcs.cell_start[capability], arcs.cell_start[capability + 1]):
            cell = cells[j]
            time = np.float64(times[incidents[cell]])
            if time > reach[cell]:
                continue
            near = base + np.int64(time * factor[cell] + 0.5) - worth[cell]
            if near < cell_distance[cell] and near < marks[BEST] and demand[cell] > 0 and (pinned < 0 or pinned == incidents[cell]):
                _take(net, cell, near, unit)
    zone = arcs.zone_cell[unit]
    near = base - worth[zone]
    if pinned < 0 and demand[zone] > 0 and near < marks[BEST] and near < cell_distance[zone]:
        _take(net, zone, near, unit)


@njit(cache=True, nogil=True)
def free(net: Network, arcs: Columns, unit: int) -> None:
    """A unit is idle at a price: let it go where it saves most, pass the freed unit on, until all idle units have no price."""
    if net.price[unit] == 0:
        return
    net.marks[BEST] = FAR
    net.reached_from[unit] = -1
    _offers(net, arcs, unit, 0)
    while net.marks[HEAPED] > 0:
        cell = _pop(net.heap, net.heap_place, net.marks, net.cell_distance)
        so_far = net.cell_distance[cell]
        if so_far >= net.marks[BEST]:
            break
        for k in range(net.slot[cell], net.slot[cell] + net.got[cell]):
            other = net.holds[k]
            if net.distance[other] == FAR:
                net.reached_from[other] = cell
                _offers(net, arcs, other, so_far)
    end = net.marks[END_UNIT]
    falls_idle = end >= 0
    cell = net.marks[END_CELL] if not falls_idle else -1 if end == unit else drop(net, end)
    while cell >= 0:
        mover = net.cell_reached_from[cell]
        left = -1 if mover == unit else drop(net, mover)
        hold(net, cell, mover)
        cell = left
    _forget(net, -1)


@njit(cache=True, nogil=True)
def lowest(net: Network, cell: int) -> int:
    """The most a cell may be worth: the least of cost + price over its arcs, and of the cost of going without."""
    least = net.dummy[cell]
    for at in range(net.start[cell], net.end[cell]):
        key = net.keys[at]
        if key >> SHIFT >= least:
            break
        least = min(least, (key >> SHIFT) + net.price[key & UNIT_MASK])
    return int(least)


@njit(cache=True, nogil=True)
def certificate(net: Network) -> Indices:
    """Primal, dual and least reduced cost of the state, whole costs; the first two equal and the third >= 0 prove an optimum."""
    least = np.int64(FAR)
    primal, dual = np.int64(0), np.int64(0)
    for cell in range(len(net.start)):
        if net.demand[cell] == 0:
            continue
        least = min(least, net.dummy[cell] - net.worth[cell])
        primal += (net.demand[cell] - net.got[cell]) * net.dummy[cell]
        dual += net.demand[cell] * net.worth[cell]
        for at in range(net.start[cell], net.end[cell]):
            key = net.keys[at]
            unit = key & UNIT_MASK
            least = min(least, (key >> SHIFT) + net.price[unit] - net.worth[cell])
            if net.cell_of[unit] == cell:
                primal += key >> SHIFT
    for unit in range(len(net.price)):
        least = min(least, net.price[unit])
        if net.price[unit] < FAR:
            dual -= net.price[unit]
    return np.array([primal, dual, least])


@njit(cache=True, nogil=True)
def asking(net: Network, arcs: Columns, unit: int) -> int:
    """The least price of an idle unit under which no cell would gain by taking it."""
    least = np.int64(0)
    times = arcs.seconds[unit]
    pinned = arcs.pinned[unit]
    bonus = np.int64(arcs.figures[1]) if pinned >= 0 else np.int64(0)
    for k in range(arcs.capability_start[unit], arcs.capability_start[unit + 1]):
        capability = arcs.capability[k]
        for j in range(arcs.cell_start[capability], arcs.cell_start[capability + 1]):
            cell = arcs.cell[j]
            incident = arcs.incident[cell]
            time = np.float64(times[incident])
            if net.demand[cell] and time <= (arcs.latest[cell] if pinned >= 0 else arcs.reach[cell]) and (pinned < 0 or pinned == incident):
                least = max(least, net.worth[cell] - np.int64(time * arcs.factor[cell] + 0.5) + bonus)
    if pinned < 0:
        least = max(least, net.worth[arcs.zone_cell[unit]])
    return int(least)
