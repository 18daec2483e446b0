"""The evaluation report: it says what a reader must not take for something else."""

from pathlib import Path

from cli.api import Api
from cli.exercise.conductor import Outcome
from cli.exercise.facts import Facts
from cli.exercise.judging import Judged, Verdict, Wanted
from cli.exercise.pace import Pace
from cli.exercise.reading import parse
from cli.exercise.report import figures, write
from cli.exercise.scenario import Expected
from cli.exercise.sealing import Sealed
from cli.exercise.stage import Stage

SCENARIO = """\
title: {zh: 推演, en: Tabletop}
place: {region: "640202", centre: {lon: 106.36, lat: 39.03}, radius_km: 5}
duration: "10:00"
injects:
  - {id: car, at: "1:00", incident: {title: 车辆被困, event_code: 11A51}}
"""


def judged(what: str, verdict: Verdict, after: float | None) -> Judged:
    return Judged(Wanted("car", Expected.model_validate({"of": "car", "what": what, "within": 300}), 60.0, 1.0), verdict, after, "")


def outcome(*rows: Judged, aborted: bool = False, pauses: list[tuple[float, float]] | None = None) -> Outcome:
    stage = Stage(Api("http://platform", lambda _user: "x"), parse(SCENARIO, "x"), "ex-1", Pace(1.0, None), Facts("ex-1"))
    return Outcome(stage, list(rows), Sealed(0, {}), aborted, [], 504.0, 413.0, pauses or [])


def page(tmp_path: Path, told: Outcome) -> str:
    write(tmp_path / "report.html", told)
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_single_value_has_no_percentiles(tmp_path: Path) -> None:
    one, many = judged("confirmed", Verdict.MET, 61.0), [judged("assigned", Verdict.MET, after) for after in (70.0, 80.0)]
    told = page(tmp_path, outcome(one, *many))
    assert '<td class="number" colspan="3">1:01 <span class="note">仅一次 once</span></td>' in told
    assert told.count("仅一次 once") == 1
    assert "未到时限" not in told.partition("<h2>预期动作")[0]


def test_a_pause_is_told(tmp_path: Path) -> None:
    told = outcome(judged("confirmed", Verdict.MET, 61.0), pauses=[(326.0, 80.0), (400.0, 265.0)])
    assert figures(told)["其中暂停 of it paused"] == "5:45"
    text = page(tmp_path, told)
    assert "at 5:26 for 1:20" in text
    assert "at 6:40 for 4:25" in text
    assert "暂停" not in page(tmp_path, outcome(judged("confirmed", Verdict.MET, 61.0)))


def test_an_abort_tells_what_was_not_yet_due(tmp_path: Path) -> None:
    told = outcome(judged("confirmed", Verdict.MET, 61.0), judged("assigned", Verdict.NOT_DUE, None), aborted=True)
    shown = figures(told)
    assert (shown["得分 score"], shown["未做 missed"], shown["未到时限 not yet due"]) == ("100.0 / 70", "0", "1")
    assert shown["演练时长 exercise"] == "6:53"
    assert "未到时限 not yet due</td>" in page(tmp_path, told)
