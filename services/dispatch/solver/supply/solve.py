"""From the question to the answer: check, lay out, solve each item, solve the coupled problem where limits bite, say why pieces stay unmet."""

import numpy as np

from services.dispatch.solver.supply.blocks import Blocks, lay_out
from services.dispatch.solver.supply.check import complaints
from services.dispatch.solver.supply.columns import ends
from services.dispatch.solver.supply.coupled import cost_of, plan, rest_of, used
from services.dispatch.solver.supply.flow import cheapest
from services.dispatch.solver.supply.greedy import heaviest_first
from services.dispatch.solver.supply.problem import Complaint, Flags, Floats, Shipments, SupplyPlan, SupplyProblem, Unmet, Whole, Why


def solve(problem: SupplyProblem, seconds: float = 60.0) -> SupplyPlan:
    """The cheapest plan found and the proof how far from the optimum it can be at most.

    Without limits that bite the plan is optimal. With them `seconds` is when the rounds stop at the latest, on the wall clock: a province takes some
    eight of an idle processor, a crowded one several times that. Making whole pieces comes after it and takes a few more.
    """
    wrong = complaints(problem)
    if wrong:
        return _refusal(wrong)
    blocks = lay_out(problem)
    flow = cheapest(blocks)
    by_hand = heaviest_first(blocks)
    pieces, bound, price = flow.pieces, flow.bound, np.zeros(len(blocks.handling))
    if (used(blocks, pieces) > blocks.handling).any():
        coupled = plan(blocks, flow.bound, by_hand, seconds)
        pieces, bound, price = coupled.pieces, coupled.bound, coupled.handling_price
    objective = cost_of(blocks, pieces)
    gap = max(objective - bound, 0.0) / objective if objective > 0 else 0.0
    return SupplyPlan(_shipments(problem, blocks, pieces), _unmet(problem, blocks, pieces), objective, bound, gap, cost_of(blocks, by_hand), price)


def _refusal(wrong: tuple[Complaint, ...]) -> SupplyPlan:
    none: Whole = np.zeros(0, dtype=np.int64)
    nothing = Shipments(none, none, none, none, none, none, none, np.zeros(0))
    return SupplyPlan(nothing, Unmet(none, none, none), 0.0, 0.0, 0.0, 0.0, np.zeros(0), wrong)


def _shipments(problem: SupplyProblem, blocks: Blocks, pieces: Whole) -> Shipments:
    arcs = np.nonzero(pieces)[0]
    lot, need = ends(blocks, arcs)
    lots = problem.lots
    given = blocks.lot[lot]
    travel: Floats = np.asarray(problem.travel, dtype=np.float64)[blocks.store[lot], blocks.place[need]]
    item, tier = np.asarray(lots.item, dtype=np.int64)[given], np.asarray(lots.tier, dtype=np.int64)[given]
    return Shipments(given, blocks.need[need], blocks.store[lot], item, tier, blocks.place[need], pieces[arcs], blocks.ready[lot] + travel)


def _unmet(problem: SupplyProblem, blocks: Blocks, pieces: Whole) -> Unmet:
    rest = rest_of(blocks, pieces)
    short = np.nonzero(rest.demand > 0)[0]
    travel: Floats = np.asarray(problem.travel, dtype=np.float64)
    held: Whole = np.asarray(problem.lots.quantity, dtype=np.int64)[blocks.lot]
    why = np.empty(len(short), dtype=np.int64)
    for x, need in enumerate(short):
        item = int(np.searchsorted(blocks.need_from, need, side="right")) - 1
        lots = slice(int(blocks.lot_from[item]), int(blocks.lot_from[item + 1]))
        first = int(blocks.arc_from[item]) + int(need - blocks.need_from[item]) * (lots.stop - lots.start)
        possible = np.isfinite(blocks.cost[first : first + lots.stop - lots.start])
        why[x] = _why(
            held[lots],
            np.isfinite(travel[blocks.store[lots], blocks.place[need]] + blocks.ready[lots]),
            possible,
            held[lots] - blocks.supply[lots] + rest.supply[lots],
        )
    return Unmet(blocks.need[short], rest.demand[short], why)


def _why(held: Whole, reachable: Flags, possible: Flags, left: Whole) -> Why:
    """The first of the reasons that applies, from 'nobody has it' to 'there is some, but it cannot leave the store'."""
    has = held > 0
    if not has.any():
        return Why.NOT_HELD
    if not (has & reachable).any():
        return Why.UNREACHABLE
    if not (has & possible).any():
        return Why.TOO_LATE
    return Why.HANDLING_FULL if (possible & (left > 0)).any() else Why.EXHAUSTED
