"""What the web page knows of the contract, written before it is built into gateway/page/generated/ (never committed).

`openapi.json` for the types, `commands.json` every command with its permission and fields, `machines.json` which command is legal in which state
(from the same tables the services obey), `labels.json` the words of enum values in both languages, from the contract's comments, `facts.json` the names
of the facts on the live stream.
"""

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis.states import Machine
from fenghuo.type.v1 import options_pb2
from gateway.rest import contract
from gateway.rest.openapi import comments, document, required

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "gateway" / "page" / "generated"
F = FieldDescriptor
KINDS = {
    F.TYPE_STRING: "text", F.TYPE_BYTES: "text", F.TYPE_BOOL: "bool", F.TYPE_INT32: "int", F.TYPE_UINT32: "int", F.TYPE_INT64: "long",
    F.TYPE_UINT64: "long", F.TYPE_DOUBLE: "number", F.TYPE_FLOAT: "number",
}  # fmt: skip
WELL_KNOWN = {
    "google.protobuf.Timestamp": "time", "google.protobuf.Duration": "duration", "fenghuo.type.v1.Point": "point", "fenghuo.type.v1.Polygon": "polygon",
    "google.protobuf.Struct": "any",
}  # fmt: skip
NOT_ASKED = {"request_id", "etag", "update_mask"}
DEPTH = 4
_HAN = re.compile(r"[\u4e00-\u9fff][^:;,.。；：，]*")
Json = dict[str, Any]


def commands() -> Json:
    """Every command by `VERB /path`, with its permission and the fields it takes."""
    found: Json = {}
    for method in contract.methods():
        if method.changes:
            path = re.sub(r"\{\w+(?:=([^}]*))?\}", lambda match: (match[1] or "*").replace("*", "{id}"), method.pattern)
            message = method.descriptor.input_type
            found[f"{method.http} {path.removeprefix('/api/v1')}"] = {
                "permission": method.permission,
                "note": comments().get(method.descriptor.full_name, ""),
                "fields": fields(message, {method.variable, *NOT_ASKED}, DEPTH),
            }
    return found


def fields(message: Descriptor, omit: set[str], depth: int) -> list[Json]:
    """The fields of a message as a form asks for them, `depth` messages deep."""
    return [_field(each, depth) for each in message.fields if each.name not in omit and depth > 0]


def _field(field: FieldDescriptor, depth: int) -> Json:
    made: Json = {"name": field.camelcase_name, "kind": KINDS.get(field.type, "any")}
    kind = field.message_type
    if kind is not None:
        made["kind"] = WELL_KNOWN.get(kind.full_name, "any" if kind.GetOptions().map_entry else "object")
        if made["kind"] == "object":
            made["fields"] = fields(kind, NOT_ASKED, depth - 1)
    elif field.enum_type is not None:
        made |= {"kind": "enum", "values": [value.name for value in field.enum_type.values if value.number]}
    note = comments().get(field.full_name, "")
    extras: Json = {"required": required(field), "many": field.is_repeated and made["kind"] != "any", "note": note}
    extras["personal"] = field.GetOptions().HasExtension(options_pb2.personal_data)
    return made | {key: value for key, value in extras.items() if value}


def machines() -> Json:
    """Which command is legal in which states, by service and machine."""
    found: Json = {}
    for path in sorted((ROOT / "services").glob("*/model/*.py")) + sorted((ROOT / "services").glob("*/model.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, Machine):
                table = {command: sorted({source for row in rows for source in row.sources}) for command, rows in value.table.items()}
                found.setdefault(path.relative_to(ROOT).parts[1], {})[value.aggregate.replace("_", " ")] = table
    return dict(sorted(found.items()))


def labels() -> Json:
    """Words for enum values: Chinese where the contract's comment has it, else English only."""
    found: Json = {}
    for module in contract.modules():
        package = module.DESCRIPTOR.package
        for enum in module.DESCRIPTOR.enum_types_by_name.values():
            prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", enum.name).upper() + "_"
            for value in enum.values:
                text = comments().get(f"{package}.{value.name}", "") or comments().get(f"{enum.full_name}.{value.name}", "")
                chinese = _HAN.match(text.strip())
                english = value.name.removeprefix(prefix).replace("_", " ").lower()
                if value.number:
                    found[value.name] = {"zh": chinese[0].strip() if chinese else "", "en": english}
    return found


def facts() -> Json:
    """Names of the facts, in both languages."""
    named: Json = yaml.safe_load((ROOT / "messages" / "terms" / "facts.yaml").read_text(encoding="utf-8"))
    return named


def write(directory: Path) -> None:
    """Write all of them."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "openapi.json").write_bytes(document(contract.methods()))
    for name, content in {"commands": commands(), "machines": machines(), "labels": labels(), "facts": facts()}.items():
        (directory / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, sort_keys=name != "commands"), encoding="utf-8")


if __name__ == "__main__":
    write(OUT)
    sys.stdout.write(f"{OUT.relative_to(ROOT)}: written\n")
