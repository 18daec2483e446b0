"""The evaluation report of an exercise: one HTML file with figures, plots, the timeline and the proof of the seal."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from cli.exercise import plots
from cli.exercise.conductor import Outcome
from cli.exercise.judging import Judged, Verdict, score
from cli.terms import fact_names

SHOWN = 400
"""Rows of actions and of the timeline that the page shows at most; it says how many there were."""
WHAT = {
    "verified": "核实", "confirmed": "确认", "dismissed": "认定误报", "merged": "并案", "response_started": "开始响应", "controlled": "宣布受控",
    "assigned": "派出力量", "accepted": "力量接受", "on_scene": "到场", "completed": "完成", "released": "放行", "first_report": "首报",
    "alert_drafted": "拟制预警", "alert_published": "发布预警", "linked": "关联线索",
}  # fmt: skip


def passed(outcome: Outcome) -> bool:
    """The pass mark was reached, nothing left the exercise, and it was played to its end."""
    return points(outcome) >= outcome.stage.scenario.scoring.pass_mark and outcome.sealed.holds and not outcome.aborted


def points(outcome: Outcome) -> float:
    """Points of 100."""
    return score(outcome.judged, outcome.stage.scenario.scoring)


def write(path: Path, outcome: Outcome) -> None:
    """Write the report."""
    stage = outcome.stage
    environment = Environment(loader=PackageLoader("cli.exercise"), autoescape=select_autoescape(default=True))
    environment.filters["clock"] = clock
    told = sorted(((stage.pace.second(fact.occurred), fact) for fact in stage.facts.all if fact.occurred), key=lambda pair: pair[0])
    told = [pair for pair in told if pair[0] <= stage.scenario.duration]
    drawn = {
        "按时、迟到、未做 · met, late, missed": plots.outcomes(outcome.judged) if outcome.judged else "",
        "多快做到 · how soon": plots.response_times(outcome.judged),
        "注入与动作 · what came and what was done": plots.load(
            [subject.second for subject in stage.subjects.values()], [second for second, _ in told], stage.scenario.duration
        ),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    page = environment.get_template("report.html").render(
        outcome=outcome, stage=stage, scenario=stage.scenario, points=points(outcome), passed=passed(outcome), figures=figures(outcome), plots=drawn,
        judged=sorted(outcome.judged, key=_worst_first)[:SHOWN], times=times(outcome.judged), told=told[:SHOWN], told_count=len(told),
        words=fact_names(), what=WHAT,
    )  # fmt: skip
    path.write_text(page, encoding="utf-8")


def _worst_first(each: Judged) -> tuple[int, float]:
    return [Verdict.MISSED, Verdict.LATE, Verdict.MET, Verdict.NOT_DUE].index(each.verdict), each.wanted.since


def figures(outcome: Outcome) -> dict[str, str]:
    """The figures at the head of the page."""
    counted = Counter(each.verdict for each in outcome.judged)
    stage, sent = outcome.stage, outcome.overrides
    return {
        "得分 score": f"{points(outcome):.1f} / {stage.scenario.scoring.pass_mark:g}",
        "按时 met": str(counted[Verdict.MET]), "迟到 late": str(counted[Verdict.LATE]), "未做 missed": str(counted[Verdict.MISSED]),
        **({"未到时限 not yet due": str(counted[Verdict.NOT_DUE])} if outcome.aborted else {}),
        "注入 injects": str(len(stage.subjects)), "事实 facts": str(len(stage.facts.all)), "未成 refused": str(len(stage.refusals)),
        "派出 units sent": str(sent.get("offers", 0)), "未按推荐 not as advised": f"{sent.get('notRecommended', 0)} / {sent.get('advised', 0)}",
        "缺能力 without the capability": str(sent.get("withoutCapability", 0)),
        "演练时长 exercise": clock(outcome.ended), "实际用时 real": clock(outcome.real_s),
        **({"其中暂停 of it paused": clock(sum(real_s for _, real_s in outcome.pauses))} if outcome.pauses else {}),
    }  # fmt: skip


def times(judged: list[Judged]) -> list[dict[str, Any]]:
    """How long each kind of action took, scenario seconds."""
    taken: dict[str, list[float]] = defaultdict(list)
    for each in judged:
        if each.after is not None:
            taken[each.wanted.expected.what].append(each.after)
    rows = []
    for name, values in taken.items():
        ordered = sorted(values)
        rows.append(
            {"what": name, "count": len(ordered), **{f"p{share}": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 90, 99)}}
        )
    return rows


def clock(seconds: float | None) -> str:
    """Seconds as people read them."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
