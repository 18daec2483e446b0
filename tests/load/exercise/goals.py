"""The figures of a run and their goals, from what the generator saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.load.exercise.desk import CRITICAL, Sample
from tests.load.exercise.profile import Profile
from tests.load.figures import Figures, percentile

OVERLOAD = frozenset({"overload", "recover"})
WINDOW_S = 5.0
SHED = 429
NORMAL_MS = 500.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run came to."""

    profile: Profile
    samples: Sequence[Sample]
    result: dict[str, Any]
    memory: Sequence[float]
    """Megabytes of the platform: when the load begins, and every ten seconds after."""
    invariants: Sequence[str]

    def of(self, *names: str, phases: frozenset[str] | None = None) -> list[Sample]:
        """Calls of these names, within these parts; in the main part where none are named."""
        return [each for each in self.samples if each.name in names and (each.phase in phases if phases is not None else each.phase not in OVERLOAD)]


def failed(sample: Sample) -> bool:
    """No answer, an answer that says try again, or one that says we are broken. A refusal by rule is an answer."""
    return sample.status == 0 or sample.status == SHED or sample.status >= 500


def judge(seen: Seen, figures: Figures) -> None:
    """Add every figure; those with a goal say pass or falls short."""
    _volumes(seen, figures)
    _latencies(seen, figures)
    _errors(seen, figures)
    _overload(seen, figures)
    first, last = seen.memory[0], max(seen.memory[-3:])
    figures.add("memory of the platform, end over beginning", last / first, "", "<= 1.5", last / first <= 1.5)
    figures.add("memory of the platform, most", max(seen.memory), "MB")
    figures.add("answers that may never be", len(seen.result["wrong"]), "answers", "0", not seen.result["wrong"])
    figures.add("facts without the exercise's id", seen.result["unsealed"], "facts", "0", seen.result["unsealed"] == 0)
    figures.add("invariants broken at the end", len(seen.invariants), "invariants", "0", not seen.invariants)


def _volumes(seen: Seen, figures: Figures) -> None:
    figures.add("incidents accepted", len(seen.result["accepted"]), "incidents")
    for name in ("merged", "assigned", "accepted", "released", "returned", "resubmitted", "nobody free"):
        figures.add(f"of these and their units: {name}", seen.result["counts"].get(name, 0), "")
    figures.add("first recommendation after the start, before the load", seen.result["first recommendation"], "s")
    figures.add("calls answered in the main part", sum(not failed(each) for each in seen.samples if each.phase not in OVERLOAD), "calls")
    answered = sum(not failed(each) for each in seen.samples)
    if cpu := seen.result["cpu_s"]:
        figures.add("CPU of the platform, all processes, a call answered", cpu * 1000 / max(1, answered), "ms")
        figures.add("cores the platform had, mean of the whole run", cpu / seen.profile.whole_s, "cores")
    figures.add("work still waiting for a seat at the end", seen.result["waiting"], "")
    figures.add("delay of the generator itself, in whatever it measured, p99", percentile(seen.result["delays"], 0.99), "ms")


def _latencies(seen: Seen, figures: Figures) -> None:
    for title, samples, share, goal in (
        ("intake accept in the surge, from the intended send", seen.of("intake", phases=frozenset({"surge"})), 0.99, 500.0),
        ("intake accept, whole main part", seen.of("intake"), 0.99, None),
        ("recommendation", seen.of("recommend"), 0.99, 1000.0),
        ("assignment commit", seen.of("assign"), 0.99, 800.0),
        ("board read", seen.of("board"), 0.95, 200.0),
        ("positions of five units", seen.of("positions"), 0.99, None),
    ):
        taken = [each.ms for each in samples if not failed(each)]
        if not taken:
            figures.add(f"{title}, calls", 0, "calls", "> 0", ok=False)
            continue
        figures.add(f"{title}, p50", percentile(taken, 0.5), "ms")
        worst = percentile(taken, share)
        figures.add(f"{title}, p{share * 100:.0f}", worst, "ms", f"<= {goal:g}" if goal else "", worst <= goal if goal else None)
    notified = list(seen.result["notified"].values())
    worst = percentile(notified, 0.99) if notified else float("inf")
    figures.add("assignment accepted to unit notified, p99", worst, "s", "<= 5", worst <= 5)
    unheard = len(seen.result["unheard"])
    figures.add("assignments that no unit heard of", unheard, "assignments", "0", unheard == 0)


def _errors(seen: Seen, figures: Figures) -> None:
    critical = seen.of(*CRITICAL)
    errors = sum(map(failed, critical)) / max(1, len(critical))
    figures.add("errors of critical calls, main part", errors * 100, "%", "< 0.1", errors < 0.001)
    others = [each for each in seen.samples if each.name not in CRITICAL and each.phase not in OVERLOAD]
    figures.add("errors of other calls, main part", 100 * sum(map(failed, others)) / max(1, len(others)), "%")


def _overload(seen: Seen, figures: Figures) -> None:
    critical = seen.of(*CRITICAL, phases=frozenset({"overload"}))
    success = 1 - sum(map(failed, critical)) / max(1, len(critical))
    figures.add("three times the load: critical calls answered", success * 100, "%", ">= 99", success >= 0.99)
    taken = [each.ms for each in seen.of("intake", phases=frozenset({"overload"})) if not failed(each)]
    if taken:
        figures.add("three times the load: intake accept, p99", percentile(taken, 0.99), "ms")
    sheds = [each.sent_ms for each in seen.samples if each.status == SHED]
    figures.add("calls shed", len(sheds), "calls")
    if sheds:
        worst = percentile(sheds, 0.99)
        figures.add("a shed call is answered, p99", worst, "ms", "<= 50", worst <= 50)
    recovered = recovery_s(seen)
    figures.add("back to normal after the load dropped", recovered, "s", "<= 30", recovered <= 30)


def recovery_s(seen: Seen) -> float:
    """Seconds from the drop of the load until every later window of intake is without errors and below the goal of the surge."""
    drop = seen.profile.main_s + seen.profile.overload_s
    bad = [each.at for each in seen.of("intake", phases=frozenset({"recover"})) if failed(each) or each.ms > NORMAL_MS]
    slow: dict[int, int] = {}
    for at in bad:
        slow[int((at - drop) // WINDOW_S)] = slow.get(int((at - drop) // WINDOW_S), 0) + 1
    return (max((window for window, count in slow.items() if count > 1), default=-1) + 1) * WINDOW_S
