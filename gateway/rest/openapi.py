"""The OpenAPI document, built from the contract: paths from google.api.http, schemas from messages, bounds from the field rules, texts from comments."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

import fenghuo
from buf.validate import validate_pb2
from fenghuo.type.v1 import options_pb2
from gateway.rest.contract import Method
from gateway.rest.strict_json import encode

Schema = dict[str, Any]
F = FieldDescriptor
_SCALARS: dict[int, Schema] = {
    F.TYPE_STRING: {"type": "string"}, F.TYPE_BYTES: {"type": "string", "format": "byte"}, F.TYPE_BOOL: {"type": "boolean"},
    F.TYPE_INT32: {"type": "integer", "format": "int32"}, F.TYPE_UINT32: {"type": "integer", "minimum": 0}, F.TYPE_INT64: {"type": "string", "format": "int64"},
    F.TYPE_UINT64: {"type": "string", "format": "uint64"}, F.TYPE_DOUBLE: {"type": "number", "format": "double"}, F.TYPE_FLOAT: {"type": "number"},
}  # fmt: skip
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?\d+(\.\d+)?s$"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Empty": {"type": "object"},
}
_BOUNDS = {"gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_LENGTHS = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"}
_ITEMS = {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "message_zh", "message_en", "trace_id"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"}, "detail": {"type": "string"},
        "message_zh": {"type": "string"}, "message_en": {"type": "string"}, "field": {"type": "string"}, "guard": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}}, "trace_id": {"type": "string"},
        "violations": {"type": "array", "items": {"type": "object"}}, "details": {"type": "object"},
    },
}  # fmt: skip


@cache
def comments() -> Mapping[str, str]:
    """Comments of the contract by full name, written beside the generated code."""
    root = Path(next(iter(fenghuo.__path__)))
    found: Mapping[str, str] = json.loads((root / "comments.json").read_text(encoding="utf-8"))
    return found


def _comment(full_name: str) -> Schema:
    text = comments().get(full_name, "")
    return {"description": text} if text else {}


def document(methods: list[Method]) -> bytes:
    """The whole document as JSON."""
    schemas: dict[str, Schema] = {"Problem": PROBLEM}
    paths: dict[str, Schema] = {}
    for method in methods:
        path = re.sub(r"\{\w+=?[^}]*\}", _template(method), method.pattern)
        paths.setdefault(path, {})[method.http.lower()] = _operation(method, schemas)
    problem = {"description": "Refused", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Fenghuo 烽火", "version": "1", "description": "Open emergency command platform. Built from the protocol contract."},
            "paths": dict(sorted(paths.items())),
            "components": {
                "schemas": dict(sorted(schemas.items())),
                "responses": {"Problem": problem},
                "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{"session": []}],
        }
    )


def _template(method: Method) -> str:
    """`{name=incidents/*}` as `incidents/{incident}`: the variable part is the last segment."""
    found = re.search(r"\{\w+=([^}]*)\}", method.pattern)
    shape = found[1] if found else "*"
    return shape.replace("*", "{" + _parameter(method) + "}")


def _parameter(method: Method) -> str:
    return "id" if method.variable == "name" else method.variable


def _operation(method: Method, schemas: dict[str, Schema]) -> Schema:
    descriptor = method.descriptor
    operation: Schema = {
        "operationId": f"{descriptor.containing_service.name}_{descriptor.name}",
        "tags": [descriptor.containing_service.name],
        "x-permission": method.permission,
        "responses": {
            "200": {"description": "OK", "content": {"application/json": {"schema": _reference(descriptor.output_type, schemas)}}},
            "default": {"$ref": "#/components/responses/Problem"},
        },
        **_comment(descriptor.full_name),
    }
    parameters: list[Schema] = []
    if method.variable:
        parameters.append({"name": _parameter(method), "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$"}})
    if method.body:
        omit = {method.variable} if method.variable else set()
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _object(descriptor.input_type, schemas, omit)}}}
    else:
        parameters += [_query(field, schemas) for field in descriptor.input_type.fields if field.name != method.variable and field.name != "request_id"]
    if method.changes:
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 128, "pattern": "^[!-~]+$"}})
    if "etag" in descriptor.input_type.fields_by_name:
        parameters.append({"name": "If-Match", "in": "header", "schema": {"type": "string", "maxLength": 40, "pattern": "^[!-~]+$"}})
    if parameters:
        operation["parameters"] = parameters
    return operation


def _query(field: FieldDescriptor, schemas: dict[str, Schema]) -> Schema:
    return {"name": field.camelcase_name, "in": "query", "schema": _field(field, schemas), **_comment(field.full_name)}


def _reference(message: Descriptor, schemas: dict[str, Schema]) -> Schema:
    if message.full_name in _WELL_KNOWN:
        return dict(_WELL_KNOWN[message.full_name])
    name = message.full_name.removeprefix("fenghuo.")
    if name not in schemas:
        schemas[name] = {}
        schemas[name] = _object(message, schemas, set())
    return {"$ref": f"#/components/schemas/{name}"}


def _object(message: Descriptor, schemas: dict[str, Schema], omit: set[str]) -> Schema:
    fields = [field for field in message.fields if field.name not in omit]
    needed = [field.camelcase_name for field in fields if required(field)]
    made: Schema = {"type": "object", "additionalProperties": False, "properties": {field.camelcase_name: _field(field, schemas) for field in fields}}
    return made | ({"required": needed} if needed else {}) | _comment(message.full_name)


def _field(field: FieldDescriptor, schemas: dict[str, Schema]) -> Schema:
    rules = _rules(field)
    if field.is_repeated:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = field.message_type.fields_by_name["value"]
            return {"type": "object", "additionalProperties": _single(value, schemas, None)} | _comment(field.full_name)
        items = _single(field, schemas, rules.repeated.items if rules and rules.HasField("repeated") else None)
        made: Schema = {"type": "array", "items": items}
        if rules:
            made |= _translated(rules.repeated, _ITEMS)
    else:
        made = _single(field, schemas, rules)
    extra: Schema = _comment(field.full_name)
    if field.GetOptions().HasExtension(options_pb2.personal_data):
        extra["x-personal-data"] = field.GetOptions().Extensions[options_pb2.personal_data].purpose
    return made | extra


def _single(field: FieldDescriptor, schemas: dict[str, Schema], rules: Any) -> Schema:
    if field.message_type is not None:
        return _reference(field.message_type, schemas)
    if field.enum_type is not None:
        return _enum(field.enum_type, rules)
    made = dict(_SCALARS[field.type])
    which = rules.WhichOneof("type") if rules else None
    if which:
        own = getattr(rules, which)
        made |= _translated(own, _LENGTHS if which == "string" else _BOUNDS if made["type"] in {"integer", "number"} else {})
        if which == "string" and list(getattr(own, "in")):
            made["enum"] = list(getattr(own, "in"))
    return made


def _enum(enum: EnumDescriptor, rules: Any) -> Schema:
    excluded = set(rules.enum.not_in) if rules and rules.HasField("enum") else set()
    return {"type": "string", "enum": [value.name for value in enum.values if value.number not in excluded]} | _comment(enum.full_name)


def _rules(field: FieldDescriptor) -> Any:
    options = field.GetOptions()
    return options.Extensions[validate_pb2.field] if options.HasExtension(validate_pb2.field) else None


def required(field: FieldDescriptor) -> bool:
    """True when the field rules refuse its absence."""
    rules = _rules(field)
    if rules is None:
        return False
    least = rules.string.min_len if rules.HasField("string") else rules.repeated.min_items if rules.HasField("repeated") else 0
    return bool(rules.required or least or (rules.HasField("enum") and 0 in rules.enum.not_in))


def _translated(rules: Any, table: Mapping[str, str]) -> Schema:
    return {table[name.name]: value for name, value in rules.ListFields() if name.name in table}
