"""Scenario files: those of the repository can be played, and what is wrong with one is told with file, line, field and rule."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exercise.arrivals import expand
from cli.exercise.coherence import strangers
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
    ("of: car", "of: boat", "f.yaml:9: expected[0].of: no inject has the id 'boat' (unknown_id)"),
    (', within: "5:00"', "", "f.yaml:9: expected[0]: within is needed for confirmed"),
    ('at: "1:00"', 'at: "11:00"', "f.yaml:6: injects[0].at: car comes after the end of the exercise (too_late)"),
    ("place:", "title: {zh: a, en: b}\nplace:", "f.yaml:2: title: given twice"),
    ("injects:", "injects: [", "f.yaml:"),
]


AMONG = """\
title: {zh: 推演, en: Tabletop}
place: {region: "64", centre: {lon: 106.36, lat: 39.03}, radius_km: 5}
duration: "10:00"
accounts: {officer: [clerk, chief], leader: chief, editor: writer, issuer: writer}
units: {synthetic: 3, use: [units/fire-1, units/nobody]}
injects:
  - {id: car, at: "1:00", loss: {unit: synthetic/9, reason: r}}
  - id: car
    at: "11:00"
    loss: {unit: units/lost, reason: r}
arrivals:
  - {id: car, rate: [["0:00", 1], ["1:00", 1]], kinds: [{title: a, event_code: 11A51}], expected: [{what: first_report}]}
expected:
  - {what: confirmed, within: "5:00"}
  - {of: boat, what: merged, within: "5:00", target: ship}
"""


def test_all_faults_between_fields_are_told_at_once_with_their_lines() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(AMONG, "f.yaml", lambda scenario: strangers(scenario, {"units/fire-1"}, "the register"))
    assert caught.value.faults == [
        "f.yaml:4: accounts.leader: chief is an officer too: a first report is signed by another person than drafts it (two_people)",
        "f.yaml:4: accounts.issuer: writer is the editor too: an alert is approved by another person than drafts it (two_people)",
        "f.yaml:5: units.region: is needed: synthetic units belong to one county, and place.region is wider (needed)",
        "f.yaml:5: units.use[1]: units/nobody is not in the register (unknown_unit)",
        "f.yaml:7: injects[0].loss.unit: units.synthetic makes 3, numbered from 1 (unknown_unit)",
        "f.yaml:8: injects[1].id: 'car' is given twice (repeated_id)",
        "f.yaml:9: injects[1].at: car comes after the end of the exercise (too_late)",
        "f.yaml:10: injects[1].loss.unit: units/lost is not in the register (unknown_unit)",
        "f.yaml:12: arrivals[0].id: 'car' is given twice (repeated_id)",
        "f.yaml:14: expected[0].of: is needed for confirmed (needed)",
        "f.yaml:15: expected[1].of: no inject has the id 'boat' (unknown_id)",
        "f.yaml:15: expected[1].target: no inject has the id 'ship' (unknown_id)",
    ]


def test_one_account_may_play_everything_where_no_step_needs_two_people() -> None:
    text = GOOD + "accounts: {officer: [chief], leader: chief}\n"
    assert parse(text, "x").accounts.leader == "chief"
    with pytest.raises(ScenarioError, match=r"f.yaml:10: accounts.leader: .*\(two_people\)"):
        parse(text.replace('what: confirmed, within: "5:00"', "what: first_report"), "f.yaml")


@pytest.mark.parametrize(("old", "new", "told"), WRONG, ids=[told for *_, told in WRONG])
def test_a_fault_is_told_with_file_line_field_and_rule(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioError) as caught:
        parse(GOOD.replace(old, new, 1), "f.yaml")
    assert told in "\n".join(caught.value.faults)


def test_the_command_ends_with_two_for_a_wrong_file(tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.yaml"
    stranger.write_text(GOOD + "units: {use: [units/fire-1, units/nobody]}\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["exercise", "check", str(stranger)])
    assert answer.exit_code == 2
    assert ":10: units.use[1]: units/nobody is not in" in answer.output.replace("\n", "")
    path = tmp_path / "wrong.yaml"
    path.write_text(GOOD.replace("duration", "length"), encoding="utf-8")
    answer = CliRunner().invoke(app, ["exercise", "check", str(path)])
    assert answer.exit_code == 2
    assert ":3: length: Extra inputs are not permitted" in answer.output.replace("\n", "")
    assert CliRunner().invoke(app, ["exercise", "check", str(tmp_path / "missing.yaml")]).exit_code == 2
