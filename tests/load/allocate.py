"""Allocation under load: the slot model against ortools in the same run, re-solves after one change, the cover model's gap, and growth.

Run alone with `python -m tests.load.allocate`; sizes as arguments (S M L). Seeds are drawn anew and printed. The peer runs in `.venv-bench`.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from services.dispatch.solver.allocate import Problem, allocate, cover
from services.dispatch.solver.allocate.allocation import Model
from services.dispatch.solver.allocate.flow import Flow
from services.dispatch.solver.allocate.network import SHIFT, UNIT_MASK
from tests.load.figures import Figures, percentile
from tests.load.instances import SIZES, drawn, instance, seeds

mpl.use("Agg")
ROOT = Path(__file__).resolve().parents[2]
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEER = ROOT / "tests" / "load" / "peers" / "min_cost_flow.py"
ROUNDS = {"S": 20, "M": 5, "L": 3}
EVENTS = 60
CHANGES = 5
CREWS, TEAMS_S = 0.05, 20.0


def measure(figures: Figures, sizes: tuple[str, ...] = ("S", "M", "L")) -> None:
    """Every size with a seed of its own; compiled code is warmed up first."""
    _warm_up()
    growth: dict[str, list[tuple[int, float]]] = {}
    for size, seed in zip(sizes, seeds(len(sizes)), strict=True):
        print(f"{size}: seed {seed}")  # noqa: T201
        problem = instance(size, seed)
        pairs = problem.seconds.size
        growth.setdefault("slots, cold", []).append((pairs, _slots(figures, size, problem)))
        _teams(figures, size, problem, seed)
        growth.setdefault("slots, one change (median)", []).append((pairs, _events(figures, size, problem, seed)))
        for reserve in (False, True):
            cold, warm = _cover(figures, size, instance(size, seed, reserve=reserve), "with reserve" if reserve else "no reserve")
        growth.setdefault("cover, cold", []).append((pairs, cold))
        growth.setdefault("cover, one change", []).append((pairs, warm))
    _plot(growth)


def _warm_up() -> None:
    problem = drawn(20, 40, 1)
    answer = allocate(problem, model="cover")
    allocate(problem.closed(1), model="cover", warm=answer.warm)
    flow = Flow(problem)
    flow.solve()
    for change in (lambda: flow.close(1), lambda: flow.open(1, problem), lambda: flow.lose(1), lambda: flow.restore(1), flow.certificate):
        change()


def _slots(figures: Figures, size: str, problem: Problem) -> float:
    """Ours and the peer's in turns, the best of each, both with and without building."""
    solves, wholes, flow = [], [], Flow(problem)
    peers = []
    with tempfile.TemporaryDirectory(prefix="fhpeer") as directory:
        arcs = Path(directory) / "arcs.npz"
        scale = _export(flow, arcs)
        for _ in range(ROUNDS[size]):
            began = time.perf_counter()
            flow = Flow(problem)
            middle = time.perf_counter()
            flow.solve()
            solves.append(time.perf_counter() - middle)
            wholes.append(time.perf_counter() - began)
            peers.append(_peer(arcs, Path(directory) / "answer.json"))
    certificate = flow.certificate()
    solve, build = min(p["solve"] for p in peers), min(p["build"] for p in peers)
    figures.add(f"slots {size}: cold, rows built and solved", min(wholes), "s")
    figures.add(f"slots {size}: ortools, arcs loaded and solved", solve + build, "s")
    figures.add(f"slots {size}: solve / ortools solve", min(solves) / solve, "x", "<= 1.1", min(solves) / solve <= 1.1)
    figures.add(f"slots {size}: whole / ortools whole", min(wholes) / (solve + build), "x", "<= 1.1", min(wholes) / (solve + build) <= 1.1)
    figures.add(f"slots {size}: optimum proven", float(certificate.proven), "", "1", certificate.proven)
    off = certificate.primal - peers[0]["objective"] / scale
    figures.add(f"slots {size}: objective - ortools objective", off, "weighted s", "0", off == 0)
    return min(wholes)


def _teams(figures: Figures, size: str, problem: Problem, seed: int) -> None:
    """With crews that go whole or not at all in one of twenty cells of several units, and last arrivals at one incident of forty."""
    rng = np.random.default_rng(seed)
    crew = (problem.cell_demand > 1) & (rng.random(problem.cells) < CREWS)
    last = np.where(rng.random(problem.incidents) < CREWS / 2, problem.weight, 0.0)
    began = time.perf_counter()
    teams = replace(problem, min_crew=np.where(crew, problem.cell_demand, 0), last_arrival=last)
    answer = allocate(teams, model="slots", deadline_s=TEAMS_S)
    figures.add(f"slots {size}, {crew.sum()} crews and {(last > 0).sum()} teams: seconds", time.perf_counter() - began, "s")
    figures.add(f"slots {size}, {crew.sum()} crews and {(last > 0).sum()} teams: gap", answer.gap * 100, "%", "<= 1", answer.gap <= 0.01)


def _export(flow: Flow, path: Path) -> float:
    net = flow.net
    keys = np.concatenate([net.keys[begin:end] for begin, end in zip(net.start, net.end, strict=True)])
    cell = np.repeat(np.arange(len(net.start)), net.end - net.start)
    named: dict[str, Any] = {"cell": cell, "unit": keys & UNIT_MASK, "cost": keys >> SHIFT, "demand": net.demand, "missing": net.dummy}
    np.savez(path, units=len(net.price), repeats=1, **named)
    return flow.prices()[2]


def _peer(arcs: Path, answer: Path) -> dict[str, float]:
    subprocess.run([str(PEER_PYTHON), str(PEER), str(arcs), str(answer)], check=True, timeout=300)
    found: dict[str, float] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _events(figures: Figures, size: str, problem: Problem, seed: int) -> float:
    """One change after the other, each back to a proven optimum; the objective must return when the change is taken back."""
    rng = np.random.default_rng(seed + 1)
    flow = Flow(problem)
    flow.solve()
    flow.close(0)
    flow.open(0, problem)
    before = flow.certificate().primal
    took: dict[str, list[float]] = {}
    for _ in range(EVENTS // 4):
        incident, unit = int(rng.integers(problem.incidents)), int(rng.integers(problem.units))
        steps: list[tuple[str, Any]] = [("incident closed", lambda i=incident: flow.close(i)), ("incident opened", lambda i=incident: flow.open(i, problem))]
        steps += [("unit lost", lambda u=unit: flow.lose(u)), ("unit back", lambda u=unit: flow.restore(u))]
        for name, step in steps:
            began = time.perf_counter()
            step()
            took.setdefault(name, []).append(time.perf_counter() - began)
    after = flow.certificate()
    everything = [seconds for times in took.values() for seconds in times]
    for name, times in took.items():
        figures.add(f"slots {size}: {name}, median", percentile(times, 0.5) * 1000, "ms")
    median = percentile(everything, 0.5)
    figures.add(f"slots {size}: one change, median", median * 1000, "ms", "<= 15", median <= 0.015)
    figures.add(f"slots {size}: one change, p95", percentile(everything, 0.95) * 1000, "ms", "<= 60", percentile(everything, 0.95) <= 0.06)
    same = after.proven and after.primal == before
    figures.add(f"slots {size}: objective returns, still proven", float(same), "", "1", same)
    return median


def _cover(figures: Figures, size: str, problem: Problem, named: str) -> tuple[float, float]:
    """Gap and seconds, cold and after one change, with greedy and nearest beside it."""
    began, used = time.perf_counter(), time.process_time()
    answer = cover.solve(problem)
    cold, processor = time.perf_counter() - began, time.process_time() - used
    label = f"cover {size}, {named}"
    bound = answer.bound
    gap = answer.outcome.objective / bound - 1
    figures.add(f"{label}: gap to the proven bound", gap * 100, "%", "<= 0.3", gap <= 0.003)
    figures.add(f"{label}: cold", cold, "s", "<= 7", cold <= 7)
    figures.add(f"{label}: cold, processor", processor, "s")
    rng = np.random.default_rng(answer.rounds)
    times, gaps, now = [], [], problem
    for index in range(CHANGES):
        sent = answer.outcome.to
        now = now.closed(int(rng.integers(problem.incidents))) if index % 2 else now.without(int(sent[rng.integers(len(sent))]))
        began = time.perf_counter()
        answer = cover.solve(now, state=answer.state)
        times.append(time.perf_counter() - began)
        gaps.append(answer.outcome.objective / answer.bound - 1)
    warm = percentile(times, 0.5)
    figures.add(f"{label}: one change, median", warm, "s", "<= 1", warm <= 1)
    figures.add(f"{label}: one change, worst gap", max(gaps) * 100, "%", "<= 0.3", max(gaps) <= 0.003)
    models: tuple[Model, ...] = ("greedy", "nearest")
    for model in models:
        other = allocate(problem, model=model)
        figures.add(f"{label}: {model} above the bound", (other.objective / bound - 1) * 100, "%")
    return cold, warm


def _plot(growth: dict[str, list[tuple[int, float]]]) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5))
    for name, points in growth.items():
        axes.plot([pairs for pairs, _ in points], [seconds for _, seconds in points], marker="o", label=name)
        if len(points) > 1:
            (small, fast), (large, slow) = points[0], points[-1]
            print(f"{name}: seconds grow as pairs ^ {np.log(slow / fast) / np.log(large / small):.2f}")  # noqa: T201
    axes.set(xscale="log", yscale="log", xlabel="incidents x units", ylabel="seconds", title=f"Allocation, {', '.join(SIZES)}")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    path = ROOT / "var" / "plots" / "allocate.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, bbox_inches="tight")
    plt.close(figure)


if __name__ == "__main__":
    found = Figures("python -m tests.load.allocate")
    measure(found, tuple(sys.argv[1:]) or ("S", "M", "L"))
    sys.exit(0 if found.show(ROOT / "var" / "bench.json") else 1)
