"""The contract as the gateway sees it: every public method with its verb and path, every topic with its message."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.api import annotations_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

import fenghuo
from chassis.rpc.contract import method_rules

_VARIABLE = re.compile(r"\{(\w+)(?:=([^}]*))?\}")
_VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Method:
    """One public method. `segments` are the path's parts, with `*` where the value of `variable` stands; `verb` follows the colon."""

    path: str
    area: str
    http: str
    pattern: str
    segments: tuple[str, ...]
    verb: str
    variable: str
    body: bool
    request: type[Message]
    response: type[Message]
    permission: str
    priority: int
    descriptor: MethodDescriptor
    keyed: bool
    """Whether it is a command that takes an idempotency key."""
    guarded: bool
    """Whether it takes the version it is meant for."""

    @property
    def changes(self) -> bool:
        """True for a command."""
        return self.http != "GET"


def modules() -> Iterator[Any]:
    """Every generated message module."""
    for root in sorted({Path(path).resolve() for path in fenghuo.__path__}):
        for path in sorted(root.rglob("*_pb2.py")):
            yield importlib.import_module(".".join(("fenghuo", *path.relative_to(root).with_suffix("").parts)))


def methods() -> list[Method]:
    """Every method with an HTTP mapping, in the contract's order."""
    found = []
    for module in modules():
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                options = method.GetOptions()
                if options.HasExtension(annotations_pb2.http):
                    rule = options.Extensions[annotations_pb2.http]
                    found += [_method(method, each) for each in (rule, *rule.additional_bindings)]
    return found


def _method(method: MethodDescriptor, rule: Any) -> Method:
    http = next(verb for verb in _VERBS if getattr(rule, verb))
    pattern = getattr(rule, http)
    variables = _VARIABLE.findall(pattern)
    if len(variables) > 1:
        raise ValueError(f"{method.full_name}: more than one path variable")
    plain = _VARIABLE.sub(lambda match: match[2] or "*", pattern)
    plain, _, verb = plain.partition(":")
    rules = method_rules(f"/{method.containing_service.full_name}/{method.name}")
    fields = method.input_type.fields_by_name
    return Method(
        path=f"/{method.containing_service.full_name}/{method.name}",
        area=method.containing_service.full_name.split(".")[1],
        http=http.upper(),
        pattern=pattern,
        segments=tuple(plain.strip("/").split("/")),
        verb=verb,
        variable=variables[0][0] if variables else "",
        body=bool(rule.body),
        request=message_factory.GetMessageClass(method.input_type),
        response=message_factory.GetMessageClass(method.output_type),
        permission=rules.permission if rules else "",
        priority=rules.priority if rules else 0,
        descriptor=method,
        keyed=http != "get" and "request_id" in fields,
        guarded="etag" in fields,
    )


class Routes:
    """Finds the method for a verb and path in a few dictionary look-ups, however many methods there are."""

    def __init__(self, found: list[Method]) -> None:
        self._table: dict[tuple[tuple[str, ...], str], dict[str, Method]] = {}
        for method in found:
            entry = self._table.setdefault((method.segments, method.verb), {})
            if method.http in entry:
                raise ValueError(f"{method.path} and {entry[method.http].path} share {method.http} {method.pattern}")
            entry[method.http] = method

    def match(self, path: str) -> tuple[dict[str, Method], str]:
        """Methods by HTTP verb at this path, and the path variable's value; empty when there is none."""
        segments = path.strip("/").split("/")
        last, _, verb = segments[-1].partition(":")
        segments[-1] = last
        exact = self._table.get((tuple(segments), verb))
        if exact:
            return exact, ""
        for star in range(len(segments) - 1, 1, -1):
            shape = (*segments[:star], "*", *segments[star + 1 :])
            entry = self._table.get((shape, verb))
            if entry and segments[star]:
                return entry, _bound(next(iter(entry.values())), segments, star)
        return {}, ""


def _bound(method: Method, segments: list[str], star: int) -> str:
    template = _VARIABLE.search(method.pattern)
    depth = len(template[2].split("/")) if template and template[2] else 1
    shape = template[2].split("/") if template and template[2] else ["*"]
    first = star - shape.index("*")
    return "/".join(segments[first : first + depth])
