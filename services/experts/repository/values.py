"""Values of the model as JSON columns hold them, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from services.experts.model.expert import Availability, Contact, DisciplineRecord, Profile, Rating
from services.experts.model.invitation import Delivery
from services.experts.model.matching import Candidate, LeftOut, Reason
from services.experts.model.opinion import Advice, Dissent
from services.experts.model.organisation import Party
from services.experts.model.taxonomy import Field


def plain(value: Any) -> Any:
    """Dataclasses to objects, tuples to lists, moments to ISO text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def moment(text: str | None) -> datetime | None:
    """A moment that may be absent."""
    return datetime.fromisoformat(text) if text else None


def field(raw: Any) -> Field:
    """A field of knowledge."""
    return Field(raw["discipline"], raw["hazard"])


def profile(row: Any) -> Profile:
    """The profile of an expert's row: its JSON, and the columns of personal data."""
    raw = row.profile
    return Profile(
        display_name=row.display_name,
        contact=Contact(**row.contact),
        account=row.account,
        employer=raw["employer"],
        title=raw["title"],
        fields=tuple(map(field, raw["fields"])),
        roles=tuple(raw["roles"]),
        languages=tuple(raw["languages"]),
        availability=tuple(
            Availability(datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"]), each["kind"]) for each in raw["availability"]
        ),
        base_region_code=raw["base_region_code"],
        interests=tuple(raw["interests"]),
        security_level=raw["security_level"],
    )


def rating(raw: Any) -> Rating:
    """A mark."""
    return Rating(raw["call_up_id"], raw["score"], datetime.fromisoformat(raw["at"]))


def discipline_record(raw: Any) -> DisciplineRecord:
    """A breach of discipline."""
    return DisciplineRecord(raw["kind"], raw["text"], datetime.fromisoformat(raw["at"]), raw["call_up"])


def delivery(raw: Any) -> Delivery:
    """That an invitation went out."""
    return Delivery(raw["channel"], datetime.fromisoformat(raw["at"]), raw["outcome"])


def party(raw: Any) -> Party:
    """An organisation concerned."""
    return Party(raw["organisation"], tuple(raw["parents"]))


def reason(raw: Any) -> Reason:
    """Why somebody stands where."""
    return Reason(raw["code"], raw["points"], {name: (words[0], words[1]) for name, words in raw["details"].items()})


def candidate(raw: Any) -> Candidate:
    """Somebody who could come."""
    return Candidate(raw["expert_id"], raw["score"], tuple(map(reason, raw["reasons"])), moment(raw["free_at"]))


def left_out(raw: Any) -> LeftOut:
    """Somebody who is not proposed."""
    return LeftOut(raw["expert_id"], tuple(map(reason, raw["reasons"])))


def advice(raw: Any) -> Advice:
    """What was signed."""
    return Advice(raw["text"], raw["confidence"], tuple(raw["assumptions"]))


def dissent(raw: Any) -> Dissent:
    """Another view."""
    return Dissent(raw["expert_id"], raw["text"], datetime.fromisoformat(raw["at"]))
