"""Solve a transportation problem with ortools' SimpleMinCostFlow: `python min_cost_flow.py arcs.npz answer.json`.

The file holds cell, unit and cost of the arcs, and demand and missing cost of the cells; all costs are whole numbers. The answer is the
objective and the seconds of building (arcs into the library) and of the solve alone, the best of `repeats`.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from ortools.graph.python import min_cost_flow


def main() -> None:
    """Read, build, solve, write."""
    data = np.load(sys.argv[1])
    cell, unit, cost, demand, missing = (data[name] for name in ("cell", "unit", "cost", "demand", "missing"))
    cells, units = len(demand), int(data["units"])
    sink = cells + units
    tails = np.concatenate([cell, np.arange(cells), cells + np.arange(units)])
    heads = np.concatenate([cells + unit, np.full(cells + units, sink)])
    room = np.concatenate([np.ones(len(cell), np.int64), demand, np.ones(units, np.int64)])
    costs = np.concatenate([cost, missing, np.zeros(units, np.int64)])
    built, solved, objective = [], [], 0
    for _ in range(int(data["repeats"])):
        began = time.perf_counter()
        flow = min_cost_flow.SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), room, costs)
        flow.set_nodes_supplies(np.arange(cells), demand)
        flow.set_node_supply(sink, -int(demand.sum()))
        middle = time.perf_counter()
        status = flow.solve()
        solved.append(time.perf_counter() - middle)
        built.append(middle - began)
        if status != flow.OPTIMAL:
            raise SystemExit(f"not solved to optimality: {status}")
        objective = flow.optimal_cost()
    Path(sys.argv[2]).write_text(json.dumps({"objective": objective, "build": min(built), "solve": min(solved)}), encoding="utf-8")


if __name__ == "__main__":
    main()
