"""Somebody with every role, but of another district, tries every command on every kind of thing this district has."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import protovalidate
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict

from buf.validate import validate_pb2
from deploy.local.platform import Platform
from gateway.rest.contract import Method, methods
from tests.e2e import attacker
from tests.e2e.hostile import path_of

F = FieldDescriptor
OURS, THEIRS = "640202", "640221"
SAMPLES = ("1", "640202", "12A10", "2026-07-29", "0" * 64, "a@example.com", "http://127.0.0.1:9", "zh", "0.5", "08:00", "13900000000", "x")
MOMENT = "2026-07-29T15:12:00Z"
ANYBODY = {"/api/v1/externalAlerts:import", "/api/v1/units:reportPositions", "/api/v1/units:reportStatuses", "/api/v1/riskSources"}
"""Commands that touch nothing of a district: what comes from outside is judged, what is told of unknown units is answered so, a risk only names its unit."""
BOUND = ("units", "teams", "stores", "lots", "shelters", "transfers", "reservations", "requisitions", "signals", "assignments", "channelTargets")
"""Things that nobody of another district may take, move or bind, also for an incident of their own."""
EACH = 2
"""So many things of a kind are tried."""
Names = Mapping[str, list[str]]
VALIDATOR = protovalidate.Validator()


def names(door: httpx.Client) -> Names:
    """What the district has: collection -> names of some."""
    found: dict[str, list[str]] = defaultdict(list)
    for method in methods():
        if method.http != "GET" or method.variable or method.verb:
            continue
        answer = door.get("/" + "/".join(method.segments), params={"pageSize": 20} if "page_size" in method.descriptor.input_type.fields_by_name else None)
        body = answer.json() if answer.status_code == 200 else {}
        for name in (row.get("name", "") for rows in body.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)):
            collection = name.partition("/")[0]
            if "/" in name and name not in found[collection] and len(found[collection]) < EACH:
                found[collection].append(name)
    return found


@dataclass(frozen=True, slots=True)
class Content:
    """What bodies say: names by collection, and the region."""

    names: Names
    region: str


def attempts(method: Method, things: Names, content: Content) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and body of a command, once for each thing of the kind it changes; in the body, whatever can name something does."""
    message = method.request()
    _fill(message, method.variable, content)
    for _ in range(4):
        for violation in VALIDATOR.collect_violations(message):
            if violation.proto.field:
                message.ClearField(violation.proto.field.elements[0].field_name)
    body = MessageToDict(message) if method.body else {}
    if not method.variable:
        yield path_of(method), body
    for name in things.get(method.segments[-2], ()) if method.variable else ():
        yield path_of(method, name.rpartition("/")[2]), body


def _fill(message: Any, variable: str, content: Content, depth: int = 0) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name in {variable, "request_id", "etag"} or field.containing_oneof is not None or (field.message_type is not None and depth > 3):
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        if field.message_type is not None and field.message_type.full_name == "google.protobuf.Timestamp":
            if not field.is_repeated:
                getattr(message, field.name).FromJsonString(MOMENT)
        elif field.message_type is not None:
            _fill(getattr(message, field.name).add() if field.is_repeated else getattr(message, field.name), "", content, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).append(_value(field, content))
        else:
            setattr(message, field.name, _value(field, content))


def _value(field: FieldDescriptor, content: Content) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values[min(1, len(field.enum_type.values) - 1)].number
    if field.type == F.TYPE_BOOL:
        return True
    if field.type == F.TYPE_BYTES:
        return b"x"
    if field.type != F.TYPE_STRING:
        return 1
    if "region" in field.name:
        return content.region
    if field.name.endswith("_id"):
        return ""
    stem = field.camelcase_name.removesuffix("s")
    ours = next((found[0] for collection, found in content.names.items() if found and stem.lower().endswith(collection.removesuffix("s").lower())), None)
    return ours or _text(field)


def _text(field: FieldDescriptor) -> str:
    options = field.GetOptions()
    rules = options.Extensions[validate_pb2.field] if options.HasExtension(validate_pb2.field) else None
    if rules is None or not rules.string.pattern:
        return "越界" + "x" * (rules.string.min_len if rules is not None else 0)
    return next((sample for sample in SAMPLES if re.search(rules.string.pattern, sample)), "")


def violations(platform: Platform) -> tuple[list[str], Counter[int]]:
    """Commands that somebody of another district was not refused, and how the attempts were answered by status.

    First on our things; then on things of their own district, with ours named in the body.
    """
    who = attacker.caller("elsewhere", regions=(THEIRS,))
    answered: Counter[int] = Counter()
    with attacker.client(platform, attacker.caller("insider")) as door:
        ours = names(door)
    before = attacker.effects(platform, who)
    with attacker.client(platform, who) as outsider:
        found = _try(outsider, ours, Content(ours, OURS), answered)
        found += _unexpected(before, attacker.effects(platform, who))
        own = _own(outsider)
        found += _try(outsider, own, Content({**ours, **own}, THEIRS), answered)
    return found, answered


def _own(outsider: httpx.Client) -> Names:
    """An incident of theirs, with a task."""
    body = {"title": "邻区事件", "eventCode": "12A10", "regionCode": THEIRS, "occurTime": MOMENT, "source": "INCIDENT_SOURCE_PHONE"}
    incident = outsider.post("/api/v1/incidents", json=body).raise_for_status().json()["name"]
    outsider.post(f"/api/v1/{incident}:confirm", json={}).raise_for_status()
    task = (
        outsider.post("/api/v1/tasks", json={"task": {"incident": incident, "title": "搜救", "kind": "TASK_KIND_RESCUE"}, "issue": True})
        .raise_for_status()
        .json()["name"]
    )
    return {"incidents": [incident], "tasks": [task]}


def _try(outsider: httpx.Client, things: Names, content: Content, answered: Counter[int]) -> list[str]:
    """Every command; those that were neither refused nor are allowed to anybody."""
    found = []
    for method in (method for method in methods() if method.changes and method.pattern not in ANYBODY):
        for path, body in attempts(method, things, content):
            answer = outsider.request(method.http, path, json=body)
            answered[answer.status_code] += 1
            bound = content.region == OURS or any(name in answer.text for collection in BOUND for name in content.names.get(collection, ()))
            bound = bound and '"offered":0' not in answer.text  # one key tells each unit's refusal in its answer
            if answer.status_code >= 500 or (answer.status_code < 400 and bound):
                found.append(f"{answer.status_code} {method.http} {path} {body} {answer.text[:300]}")
    return found


def _unexpected(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    return [f"{service}: {after[service] - before[service]} effects" for service in after if after[service] != before[service]]
