"""S1: every judged document gets its verdict, rule by rule; our own messages are clean when linted as outgoing."""

from pathlib import Path

import pytest
import yaml

from services.alerts.cap.findings import Verdict
from services.alerts.cap.lint import check_bytes, fingerprint, lint_incoming, lint_outgoing
from services.alerts.cap.parse import parse
from tests.unit.alerts.cap.documents import JUDGED, OURS, Judged, fixture

CAP = Path(__file__).resolve().parents[4] / "services" / "alerts" / "cap"
MESSAGES = Path(__file__).resolve().parents[4] / "messages" / "alerts.yaml"


@pytest.mark.parametrize("judged", JUDGED, ids=lambda judged: f"{judged.path.parent.name}/{judged.path.name}")
def test_verdict_and_rules_of_every_judged_document(judged: Judged) -> None:
    report = check_bytes(judged.path.read_bytes())
    assert report.verdict.value == judged.verdict
    assert {finding.rule for finding in report.errors} == set(judged.errors)
    assert {finding.rule for finding in report.warnings} == set(judged.warnings)


@pytest.mark.parametrize("path", OURS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_our_own_messages_are_clean_when_going_out(path: Path) -> None:
    assert lint_outgoing(parse(path.read_bytes()).alert).findings == ()


def test_the_weather_agencys_first_alert_names_itself_and_is_accepted_without_that_reference() -> None:
    parsed = parse(fixture("cma_rainstorm_yellow.xml"))
    report = lint_incoming(parsed)
    assert (report.verdict, [finding.key for finding in report.findings]) == (Verdict.ACCEPT, ["CAP_C09_OWN_DROPPED"])
    assert (parsed.alert.references, parsed.alert.note, parsed.has_references) == ((), "", False)


def test_a_repeat_is_ignored_and_a_contradiction_is_quarantined() -> None:
    parsed = parse(fixture("flood_1_alert.xml"))
    repeat = lint_incoming(parsed, known_fingerprint=fingerprint(parsed.alert))
    assert (repeat.verdict, [finding.key for finding in repeat.findings]) == (Verdict.ACCEPT, ["CAP_C06_REPEATED"])
    other = lint_incoming(parsed, known_fingerprint=fingerprint(parse(fixture("flood_2_update.xml")).alert))
    assert (other.verdict, [finding.key for finding in other.errors]) == (Verdict.QUARANTINE, ["CAP_C06_OTHER_CONTENT"])


def test_a_broken_message_is_rejected_even_when_it_also_contradicts() -> None:
    assert lint_incoming(parse(fixture("polygon_open.xml")), known_fingerprint="another").verdict == Verdict.REJECT


def test_every_finding_has_its_text_in_both_languages() -> None:
    texts = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in CAP.glob("*.py"))
    keys = {part.split('"')[0] for part in code.split('"CAP_C')[1:]}
    assert keys
    assert {f"CAP_C{key}" for key in keys} == {name for name in texts if name.startswith("CAP_")}
    assert all(set(texts[f"CAP_C{key}"]) == {"zh", "en"} for key in keys)
