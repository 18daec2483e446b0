"""Scenario files: those of the repository can be played, and what is wrong with one is told with file, line, field and rule."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exercise.arrivals import expand
from cli.exercise.reading import ScenarioError, parse, read
from cli.exercise.scenario import seconds
from cli.main import app

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / "exercises").glob("*.yaml"))
GOOD = """\
title: {zh: 推演, en: Tabletop}
place: {region: "640202", centre: {lon: 106.36, lat: 39.03}, radius_km: 5}
duration: "10:00"
injects:
  - id: car
    at: "1:00"
    incident: {title: 车辆被困, event_code: 11A51}
expected:
  - {of: car, what: confirmed, within: "5:00"}
"""


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_files_of_the_repository_can_be_played(path: Path) -> None:
    scenario = read(path)
    assert scenario.expected
    assert "示例" in scenario.title.zh


def test_the_large_one_has_two_thousand_calls() -> None:
    scenario = read(ROOT / "exercises" / "earthquake_five_districts.yaml")
    assert sum(len(expand(process, scenario.place, scenario.seed)) for process in scenario.arrivals) == 2000


def test_times_are_read_as_yaml_gives_them() -> None:
    assert [seconds(text) for text in ("0:30", "+5:00", "1:00:00", 300)] == [30, 300, 3600, 300]
    assert parse(GOOD.replace('within: "5:00"', "within: 5:00"), "x").expected[0].within == 300


WRONG = [
    ('duration: "10:00"\n', 'duration: "10:00"\ncolour: red\n', "f.yaml:4: colour: Extra inputs are not permitted (extra_forbidden)"),
    ('"640202"', '"Dawukou"', "f.yaml:2: place.region: String should match pattern"),
    ("radius_km: 5", "radius_km: -5", "f.yaml:2: place.radius_km: Input should be greater than 0"),
    (", radius_km: 5", "", "f.yaml:2: place: centre and radius_km belong together"),
    ('at: "1:00"', 'at: "1:75"', "f.yaml:6: injects[0].at: must be mm:ss or hh:mm:ss"),
    ("incident: {title: 车辆被困, event_code: 11A51}", "id2: x", "f.yaml:7: injects[0].id2: Extra inputs"),
    ("    incident: {title: 车辆被困, event_code: 11A51}\n", "", "f.yaml:5: injects[0]: needs exactly one of incident,"),
    ("what: confirmed", "what: applauded", "f.yaml:9: expected[0].what: Input should be 'verified',"),
    ("of: car", "of: boat", "f.yaml:1: the scenario: expected confirmed: no inject has the id 'boat'"),
    (', within: "5:00"', "", "f.yaml:9: expected[0]: within is needed for confirmed"),
    ('at: "1:00"', 'at: "11:00"', "after the end of the exercise: car"),
    ("place:", "title: {zh: a, en: b}\nplace:", "f.yaml:2: title: given twice"),
    ("injects:", "injects: [", "f.yaml:"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG, ids=[told for *_, told in WRONG])
def test_a_fault_is_told_with_file_line_field_and_rule(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioError) as caught:
        parse(GOOD.replace(old, new, 1), "f.yaml")
    assert told in "\n".join(caught.value.faults)


def test_the_command_ends_with_two_for_a_wrong_file(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(GOOD.replace("duration", "length"), encoding="utf-8")
    answer = CliRunner().invoke(app, ["exercise", "check", str(path)])
    assert answer.exit_code == 2
    assert ":3: length: Extra inputs are not permitted" in answer.output.replace("\n", "")
    assert CliRunner().invoke(app, ["exercise", "check", str(tmp_path / "missing.yaml")]).exit_code == 2
