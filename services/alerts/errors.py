"""Everything alerts refuses, with its stable reason. A refusal by a rule of CAP has the rule's id (C03 to C20) as its reason."""

from collections.abc import Callable, Mapping, Sequence

from chassis.errors import DomainError, Kind, guard

Lint = Callable[..., DomainError]

LINT: Mapping[str, Lint] = {
    "C03": lambda **details: guard("C03", **details),
    "C04": lambda **details: guard("C04", **details),
    "C05": lambda **details: guard("C05", **details),
    "C07": lambda **details: guard("C07", **details),
    "C08": lambda **details: guard("C08", **details),
    "C09": lambda **details: guard("C09", **details),
    "C10": lambda **details: guard("C10", **details),
    "C11": lambda **details: guard("C11", **details),
    "C12": lambda **details: guard("C12", **details),
    "C13": lambda **details: guard("C13", **details),
    "C14": lambda **details: guard("C14", **details),
    "C15": lambda **details: guard("C15", **details),
    "C16": lambda **details: guard("C16", **details),
    "C17": lambda **details: guard("C17", **details),
    "C18": lambda **details: guard("C18", **details),
    "C19": lambda **details: guard("C19", **details),
    "C20": lambda **details: guard("C20", **details),
}
"""The rules a message of ours must keep, each a guard of its own."""


def lint(rule: str, path: str, finding: str, details: Mapping[str, str], rules: Sequence[str]) -> DomainError:
    """The message would break a rule of CAP: the first one, where, what was found (a text of the catalogue), and every rule it breaks (DOMAIN § 2.9)."""
    return LINT[rule](field=path, path=path, finding=finding, rules=rules, **details)


def law_64(missing: Sequence[str]) -> DomainError:
    """A warning lacks contents the law demands (应对法 64, R-W2)."""
    return guard("LAW_64", field=f"content.{missing[0]}", missing=missing)


def separation_of_duty(first: str, second: str) -> DomainError:
    """The same person may not do both (DOMAIN § 2.0)."""
    return DomainError(Kind.FORBIDDEN, "SEPARATION_OF_DUTY", first=first, second=second)


def authority_level(org: str, event_code: str, level: int, allowed: Sequence[int], forward: str) -> DomainError:
    """The organisation may not issue this level of this event here; the upper government can be asked (R-W3)."""
    details = {"org": org, "event_code": event_code, "level": level, "allowed_levels": allowed or "—", "forwardToUpper": forward}
    return guard("AUTHORITY_LEVEL", field="content.level", **details)


def area_elsewhere(region: str, number: int, area: str) -> DomainError:
    """An area lies outside the issuer's region, or reaches far beyond it; whose ground it is, its own government warns there (应对法 64)."""
    return guard("AREA_ELSEWHERE", field=f"content.areas[{number}]", region=region, area=area)


def grant_without_end() -> DomainError:
    """What an upper level grants, it grants for a time."""
    return guard("GRANT_WITHOUT_END", field="valid_until_time")


def validity_reversed() -> DomainError:
    """An authority ends after it begins."""
    return guard("VALIDITY_REVERSED", field="valid_until_time")


def head_changed(name: str, head: str) -> DomainError:
    """Only the head of a chain is updated or cancelled; another message is the head now."""
    return DomainError(Kind.CONFLICT, "HEAD_CHANGED", name=name, head=head)


def chain_ended(chain: str, head: str, ending: str) -> DomainError:
    """A cancelled or expired chain is final: a new alert is needed."""
    return DomainError(Kind.CONFLICT, "CHAIN_ENDED", chain=chain, head=head, ending=ending)


def not_published(name: str) -> DomainError:
    """Only what was published is updated or cancelled."""
    return DomainError(Kind.CONFLICT, "NOT_PUBLISHED", name=name)


def already_expired(expire_time: object) -> DomainError:
    """What is over already is not published."""
    return guard("ALREADY_EXPIRED", field="content.expire_time", expire_time=expire_time)


def content_changed(approved: str, found: str) -> DomainError:
    """What is to be published is not what was approved."""
    return guard("CONTENT_CHANGED", approved=approved, found=found)


def content_hash_needed() -> DomainError:
    """Who approves says what they saw: exactly one content is signed (R-W7)."""
    return DomainError(Kind.INVALID, "CONTENT_HASH_NEEDED", field="content_hash")


def other_content(given: str, stored: str) -> DomainError:
    """The approver saw another content than the one that is stored."""
    return DomainError(Kind.CONFLICT, "OTHER_CONTENT", field="content_hash", given=given, stored=stored)


def status_and_exercise() -> DomainError:
    """An exercise message names its exercise, and nothing else does."""
    return guard("STATUS_AND_EXERCISE", field="status")


def note_missing() -> DomainError:
    """An exercise and a test carry a note (C19)."""
    return guard("NOTE_MISSING", field="content.note")


def event_code_unknown(event_code: str) -> DomainError:
    """The table of event codes has no such code."""
    return guard("EVENT_CODE_UNKNOWN", field="content.event_code", event_code=event_code)


def other_exercise(name: str) -> DomainError:
    """Two things that belong together are of one exercise, or both real."""
    return guard("INCIDENT_OF_OTHER_EXERCISE", field="incident", name=name)


def no_review_owed(name: str) -> DomainError:
    """Nothing was approved urgently, or it was reviewed already."""
    return DomainError(Kind.CONFLICT, "NO_REVIEW_OWED", name=name)


def exercise_on_live_channel(channel: str) -> DomainError:
    """An exercise or test never goes to a live target (S9, invariant 5); an actual message never to the drill channel."""
    return guard("EXERCISE_ON_LIVE_CHANNEL", field="content.channels", channel=channel)


def no_identifier_left(second: str) -> DomainError:
    """Ten messages of one second have numbers already."""
    return DomainError(Kind.UNAVAILABLE, "NO_IDENTIFIER_LEFT", second=second)


def not_covered(village: str, alert: str) -> DomainError:
    """A receipt is of a village in the alert's area."""
    return guard("VILLAGE_NOT_IN_AREA", field="village", village=village, alert=alert)


def more_than_live_there(village: str, reached: int, population: int) -> DomainError:
    """More people are reported than the population table knows there."""
    return guard("MORE_THAN_LIVE_THERE", field="reached", village=village, reached=reached, population=population)


def outside_channel_only_for_door(channel: str) -> DomainError:
    """Only door-to-door confirmations say whose list the people are not on."""
    return guard("OUTSIDE_CHANNEL", field="outside_channel", channel=channel)


def in_the_future(field: str) -> DomainError:
    """Something is said to have happened after now."""
    return guard("NOT_YET", field=field)


def metric_not_measured(station: str, metric: str) -> DomainError:
    """The station does not measure this."""
    return guard("METRIC_NOT_MEASURED", field="readings", station=station, metric=metric)


def metric_twice(metric: str) -> DomainError:
    """One observation has one value for each metric."""
    return DomainError(Kind.INVALID, "METRIC_TWICE", field="readings", metric=metric)


def address_needed(channel: str) -> DomainError:
    """The channel needs an address it can reach."""
    return guard("ADDRESS_NEEDED", field="address", channel=channel)


def address_malformed(channel: str) -> DomainError:
    """The channel speaks HTTP, and the address is no http or https URI."""
    return DomainError(Kind.INVALID, "ADDRESS_MALFORMED", field="address", channel=channel)


def recipient_malformed(channel: str, number: int) -> DomainError:
    """No mailbox, or no telephone number; the recipient itself is personal data and is not repeated."""
    return DomainError(Kind.INVALID, "RECIPIENT_MALFORMED", field=f"recipients[{number}]", channel=channel)


def drill_takes_exercises() -> DomainError:
    """The drill channel is for exercises."""
    return guard("DRILL_TAKES_EXERCISES", field="accepts_exercises")


def one_live_message() -> DomainError:
    """The database refused a second live message of one chain: somebody published at the same moment."""
    return DomainError(Kind.CONFLICT, "ONE_LIVE_MESSAGE")


def never_flipped() -> DomainError:
    """Exercise and status of a message are set once."""
    return guard("NEVER_FLIPPED", field="status")


CONSTRAINTS: Mapping[str, Callable[[], DomainError]] = {
    "uq_alert_live": one_live_message,
    "uq_alert_successor": one_live_message,
    "ck_delivery_exercise": lambda: exercise_on_live_channel(""),
    "ck_alert_never_flipped": never_flipped,
}
"""What the database refuses by itself."""
