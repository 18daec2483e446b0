"""Reports: which may be drafted when, what makes them complete, and that nothing but listed commands changes one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from services.dispatch.grading.duties import Channel, Party
from services.dispatch.grading.reports import UNCLEAR, Element, ReportKind
from services.dispatch.model.figures import Figures
from services.dispatch.model.incident import INCIDENT
from services.dispatch.model.release import Release
from services.dispatch.model.report import SENT, Delivery, Report, Sent, check_order

NOW = datetime(2026, 7, 29, 8, tzinfo=UTC)
KINDS = st.frozensets(st.sampled_from(list(ReportKind)))
FULL = {element.value: UNCLEAR for element in Element if element is not Element.UNIT_PROFILE}


def report(kind: ReportKind = ReportKind.INITIAL, *, accident: bool = False, elements: dict[str, str] | None = None) -> Report:
    to = (Delivery(recipient=Party.CITY, organisation="", channel=Channel.WRITTEN), Delivery(recipient=Party.PROVINCE, organisation="", channel=Channel.PHONE))
    return Report(
        id="r", incident_id="i", region_code="640202", exercise_id="", created_at=NOW, updated_at=NOW, kind=kind, seq=1, episode=0,
        elements=FULL if elements is None else elements, deliveries=to, drafter="user:a", editors=("user:a",), accident=accident,
    )  # fmt: skip


@given(st.sampled_from(list(ReportKind)), st.sampled_from(INCIDENT.states), KINDS, KINDS, KINDS)
def test_the_order_of_reports(kind: ReportKind, state: str, sent: frozenset[ReportKind], drafted: frozenset[ReportKind], now: frozenset[ReportKind]) -> None:
    before = Sent(sent, drafted | sent | now, now)
    over = state in ("merged", "false_alarm", "transferred", "archived")
    needs = kind in (ReportKind.FOLLOW_UP, ReportKind.FINAL, ReportKind.SUPPLEMENT) and ReportKind.INITIAL not in sent
    second = (kind is ReportKind.INITIAL and kind in before.drafted) or (kind is ReportKind.FINAL and kind in now)
    early = kind is ReportKind.FINAL and state not in ("controlled", "response_ended", "evaluating", "closed")
    if not (over or needs or second or early):
        check_order(kind, state, before)
        return
    with pytest.raises(DomainError) as refused:
        check_order(kind, state, before)
    assert refused.value.kind is (Kind.CONFLICT if (needs or second) and not over else Kind.GUARD)


@pytest.mark.parametrize("kind", list(ReportKind))
def test_elements_are_given_or_explicitly_unclear(kind: ReportKind) -> None:
    report(kind).submit()
    bare = report(kind, elements={})
    if kind is ReportKind.ZERO:
        bare.submit()
        return
    with pytest.raises(DomainError, match="ELEMENTS_MISSING"):
        bare.submit()


def test_an_accident_wants_ten_elements() -> None:
    assert (report().completeness.filled, report().completeness.required) == (9, 9)
    with pytest.raises(DomainError, match="unit_profile"):
        report(accident=True).submit()


def test_all_recipients_must_have_it_before_it_is_acknowledged() -> None:
    it = report(ReportKind.PHONE_FIRST)
    it.send(Figures(missing=2), "通话记录1", NOW, urgent=True)
    assert it.sign_due_at == NOW + timedelta(hours=24)
    it.bounce(Party.CITY, "占线")
    it.acknowledge(Party.PROVINCE, "值班员", NOW)
    assert it.state == "bounced"
    it.retry(Party.CITY, Channel.PHONE, "", NOW)
    it.acknowledge(Party.CITY, "值班员", NOW)
    assert it.state == "acknowledged"
    assert it.state in SENT
    assert it.figures == Figures(missing=2)
    with pytest.raises(DomainError, match="NOT_A_RECIPIENT"):
        it.recipient_return(Party.POLICE, "x")


def test_a_release_goes_out_as_it_was_approved() -> None:
    it = Release(
        id="x", created_at=NOW, updated_at=NOW, incident_id="i", region_code="640202", exercise_id="", title="通报", content="甲", channels=("官网",),
        author="user:a", editors=("user:a",),
    )  # fmt: skip
    it.approve("user:b", NOW)
    it.content = "乙"
    with pytest.raises(DomainError, match="UNAPPROVED_TEXT"):
        it.publish("", 1, NOW)
    it.content = "甲"
    assert it.publish("甲", 1, NOW).content == "甲"
