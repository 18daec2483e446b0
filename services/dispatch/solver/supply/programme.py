"""The linear programme over chosen pairs, solved by HiGHS."""

from dataclasses import dataclass

import highspy
import numpy as np

from services.dispatch.solver.supply.blocks import Blocks
from services.dispatch.solver.supply.columns import ends
from services.dispatch.solver.supply.problem import Floats, Whole


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to hand out: pieces per lot and per need, handling volume per store."""

    supply: Whole
    demand: Whole
    handling: Floats


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum over the chosen pairs: pieces per pair and the prices of lots, needs and handling (all as non-negative numbers)."""

    objective: float
    pieces: Floats
    lot_price: Floats
    need_price: Floats
    handling_price: Floats


def whole_of(blocks: Blocks) -> Rest:
    """Everything there is, before anything is handed out."""
    return Rest(blocks.supply, blocks.demand, blocks.handling)


def relax(blocks: Blocks, arcs: Whole, seconds: float, *, corner: bool) -> Relaxed | None:
    """Interior point over the pairs `arcs`; `corner` moves on to a corner solution (few fractions). None when time ran out."""
    solver = _quiet(seconds)
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "on" if corner else "off")
    solver.setOptionValue("ipm_optimality_tolerance", 1e-6 if corner else 1e-4)
    solver.passModel(_model(blocks, arcs, whole_of(blocks)))
    solver.run()
    solution = solver.getSolution()
    if not (solution.value_valid and solution.dual_valid):
        return None
    duals = np.array(solution.row_dual)
    needs, lots = len(blocks.demand), len(blocks.supply)
    return Relaxed(
        objective=float(solver.getInfo().objective_function_value),
        pieces=np.maximum(np.array(solution.col_value)[: len(arcs)], 0.0),
        lot_price=np.maximum(-duals[needs : needs + lots], 0.0),
        need_price=duals[:needs],
        handling_price=np.maximum(-duals[needs + lots :], 0.0),
    )


def _quiet(seconds: float) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", max(seconds, 0.05))
    return solver


def _model(blocks: Blocks, arcs: Whole, rest: Rest) -> highspy.HighsLp:
    """Columns: pairs, then the unmet pieces of each need. Rows: needs (met or unmet), lots, handling of stores."""
    needs, lots, stores = len(rest.demand), len(rest.supply), len(rest.handling)
    lot, need = ends(blocks, arcs)
    model = highspy.HighsLp()
    model.num_col_ = len(arcs) + needs
    model.num_row_ = needs + lots + stores
    model.col_cost_ = np.concatenate((blocks.cost[arcs], blocks.penalty))
    model.col_lower_ = np.zeros(model.num_col_)
    model.col_upper_ = np.concatenate((np.minimum(rest.supply[lot], rest.demand[need]), rest.demand)).astype(np.float64)
    model.row_lower_ = np.concatenate((rest.demand.astype(np.float64), np.full(lots + stores, -highspy.kHighsInf)))
    # The infinity of HiGHS is IEEE infinity, as ours is.
    model.row_upper_ = np.concatenate((rest.demand, rest.supply, rest.handling)).astype(np.float64)
    rows = np.stack((need, needs + lot, needs + lots + blocks.store[lot]), axis=1).astype(np.int32)
    values = np.stack((np.ones(len(arcs)), np.ones(len(arcs)), blocks.volume[lot]), axis=1)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate((np.arange(0, 3 * len(arcs), 3), 3 * len(arcs) + np.arange(needs + 1))).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate((rows.ravel(), np.arange(needs, dtype=np.int32)))
    model.a_matrix_.value_ = np.concatenate((values.ravel(), np.ones(needs)))
    return model
