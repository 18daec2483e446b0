"""The rules of places: never more promises than places, a late yes never takes one, whoever can fill a free one is proposed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from services.experts.model.call_up import Answer, CallUp, window
from services.experts.model.invitation import ON_A_PLACE, Invitation
from services.experts.model.matching import Candidate, LeftOut, Matches, Reason
from services.experts.model.taxonomy import Field

NOW = datetime(2026, 9, 10, tzinfo=UTC)
CONFLICT = LeftOut("x", (Reason("LEFT_OUT_CONFLICT_EMPLOYER"),))


def call_up(people: int, quota: int) -> CallUp:
    """A call-up with everybody on its shortlist invited."""
    made = CallUp(
        id="c", subject="plans/p", question="?", fields=(Field("hazmat"),), mode="remote", quota=quota, region_code="640202", requester="user:d",
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    made.set_shortlist(Matches(tuple(Candidate(f"e{n}", 100 - n, (), None) for n in range(people + 2)), (CONFLICT,)), 50, NOW)
    due = NOW + window(None)
    made.invite([Invitation(id=f"i{n}", call_up_id="c", expert_id=f"e{n}", created_at=NOW, answer_due_at=due) for n in range(people)], NOW)
    return made


STEPS = st.lists(st.tuples(st.sampled_from(["yes", "no", "silent", "stand_down", "promote", "engage", "release"]), st.integers(0, 5)), max_size=40)


def _step(made: CallUp, step: str, one: Invitation, now: datetime) -> None:
    match step:
        case "yes" | "no":
            made.answer(one, Answer(reason="" if step == "yes" else "busy"), now)
        case "silent":
            made.time_out(one, now)
        case "stand_down":
            made.stand_down(one, "", now)
        case "promote":
            made.promote(one, now)
        case "engage":
            made.engage(one, "online", briefed=True, confidential=True, now=now)
        case _:
            made.release(one, now)


@given(STEPS, st.integers(1, 4))
def test_promises_never_exceed_places(steps: list[tuple[str, int]], quota: int) -> None:
    made = call_up(6, quota)
    for minute, (step, number) in enumerate(steps):
        try:
            _step(made, step, made.invitations[number], NOW + timedelta(minutes=minute))
        except DomainError:
            continue
        places = [each.place for each in made.invitations if each.place is not None]
        assert len(places) == len(set(places)) <= quota
        assert all((each.place is not None) == (each.state in (*ON_A_PLACE, "released", "rated")) for each in made.invitations)
        assert not any(each.late and each.state == "accepted" and step == "yes" and each is made.invitations[number] for each in made.invitations)
        assert len(made.proposals()) <= max(0, quota - made.accepted)
        if made.state == "released":
            assert not any(each.state in ("invited", "reserve", *ON_A_PLACE) for each in made.invitations)


def test_a_late_yes_waits_in_reserve_though_a_place_is_free() -> None:
    made = call_up(1, 1)
    made.answer(made.invitations[0], Answer(), NOW + timedelta(minutes=30, seconds=1))
    assert (made.invitations[0].state, made.invitations[0].late, made.accepted) == ("reserve", True, 0)
    assert made.proposals()[0].invitation_id == "i0"
    made.promote(made.invitations[0], NOW + timedelta(minutes=31))
    assert (made.state, made.accepted, made.proposals()) == ("accepted", 1, ())


def test_a_decline_proposes_the_next_of_the_shortlist() -> None:
    made = call_up(2, 2)
    made.answer(made.invitations[0], Answer(reason="ill"), NOW)
    assert [each.expert_id for each in made.proposals()] == ["e2"]


def test_whom_one_may_invite() -> None:
    made = call_up(1, 3)
    assert made.choose((), 0) == ("e1", "e2")
    for expert_id, reason in (("x", "CONFLICT_OF_INTEREST"), ("e0", "ALREADY_INVITED"), ("stranger", "NOT_SHORTLISTED")):
        with pytest.raises(DomainError) as refused:
            made.choose((expert_id,), 0)
        assert refused.value.reason == reason


@pytest.mark.parametrize(("level", "minutes"), [(1, 5), (2, 5), (3, 30), (4, 30), (9, 30), (None, 30)])
def test_the_answer_window(level: int | None, minutes: int) -> None:
    assert window(level) == timedelta(minutes=minutes)
