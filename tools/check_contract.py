"""Rules of the contract that buf does not know, read from the descriptors.

Every method says who may call it and where it stands over HTTP; what changes something carries `request_id`; what lists is paged;
every text, every list and every run of bytes a caller may send is bounded;
every permission stands in the roles file and every permission of the roles file is asked for somewhere.
"""

import ast
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

from buf.validate import validate_pb2
from fenghuo.type.v1 import options_pb2
from tools import check_proto

ROOT = Path(__file__).resolve().parent.parent
ROLES = ROOT / "deploy" / "roles.yaml"
BASE_PATH = "/api/v1/"
PERMISSION = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
CODE = ("chassis", "services", "gateway")
READS = re.compile(r"^(Get|List|Search|Query|BatchGet|Watch|Stream|Count|Check|Export)")

Method = descriptor_pb2.MethodDescriptorProto
Message = descriptor_pb2.DescriptorProto


@dataclass(frozen=True)
class Contract:
    """Every method of the contract by its full name, and every message by its full name."""

    methods: dict[str, Method]
    messages: dict[str, Message]


def read(files: descriptor_pb2.FileDescriptorSet) -> Contract:
    """The contract's own services, and the messages they may use."""
    methods: dict[str, Method] = {}
    messages: dict[str, Message] = {}

    def collect(prefix: str, message: Message) -> None:
        messages[f"{prefix}.{message.name}"] = message
        for nested in message.nested_type:
            collect(f"{prefix}.{message.name}", nested)

    for file in files.file:
        for message in file.message_type:
            collect(f".{file.package}", message)
        if file.package.startswith("fenghuo."):
            methods |= {f"{file.package}.{service.name}.{method.name}": method for service in file.service for method in service.method}
    return Contract(methods, messages)


def access(method: Method) -> options_pb2.Access:
    """Who may call the method; empty when it does not say."""
    return method.options.Extensions[options_pb2.access]


def routes(method: Method) -> list[tuple[str, str]]:
    """(verb, path) of the method's HTTP mapping and its additional ones."""
    rule = method.options.Extensions[annotations_pb2.http]
    found = []
    for binding in (rule, *rule.additional_bindings):
        verb = binding.WhichOneof("pattern")
        if verb is not None:
            found.append((verb.upper(), binding.custom.path if verb == "custom" else str(getattr(binding, verb))))
    return found


def mutates(method: Method) -> bool:
    """True unless the method only reads: by GET, by a reading name without HTTP, or by `idempotency_level = NO_SIDE_EFFECTS`."""
    if method.options.idempotency_level == descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS:
        return False
    mapped = routes(method)
    return any(verb != "GET" for verb, _ in mapped) if mapped else not READS.match(method.name)


def check_access(contract: Contract) -> Iterator[str]:
    """A method that does not say who may call it, or says it twice."""
    for name, method in contract.methods.items():
        who = access(method)
        if bool(who.permission) == who.internal:
            yield f"{name}: must have either a permission or internal in (fenghuo.type.v1.access)"
        elif who.permission and not PERMISSION.fullmatch(who.permission):
            yield f"{name}: the permission {who.permission!r} is not <things>.<verb>"


def check_routes(contract: Contract) -> Iterator[str]:
    """A method without its place over HTTP, an internal one with one, or two methods at one place."""
    taken: dict[tuple[str, str], str] = {}
    for name, method in contract.methods.items():
        mapped = routes(method)
        if bool(mapped) == access(method).internal:
            yield f"{name}: an internal method has no google.api.http, any other has one"
        for verb, path in mapped:
            if not path.startswith(BASE_PATH):
                yield f"{name}: {path} is not below {BASE_PATH}"
            if (other := taken.setdefault((verb, path), name)) != name:
                yield f"{name}: {verb} {path} is already {other}"


def fields(contract: Contract, message: str) -> dict[str, descriptor_pb2.FieldDescriptorProto]:
    """The message's fields by name."""
    return {field.name: field for field in contract.messages[message].field}


def check_request_ids(contract: Contract) -> Iterator[str]:
    """A change that cannot be repeated safely (AIP-155)."""
    for name, method in contract.methods.items():
        field = fields(contract, method.input_type).get("request_id")
        if mutates(method) and (field is None or field.type != field.TYPE_STRING):
            yield f"{name}: {method.input_type[1:]} changes something but has no string request_id"


def check_paging(contract: Contract) -> Iterator[str]:
    """A list that is not paged (AIP-158)."""
    for name, method in contract.methods.items():
        if not method.name.startswith(("List", "Search")) or method.server_streaming:
            continue
        asked, answered = fields(contract, method.input_type), fields(contract, method.output_type)
        missing = [field for field in ("page_size", "page_token") if field not in asked]
        missing += [] if "next_page_token" in answered else ["next_page_token"]
        if missing:
            yield f"{name}: is not paged, it lacks {', '.join(missing)}"
        if not any(field.label == field.LABEL_REPEATED for field in answered.values()):
            yield f"{name}: answers no list"


def _bounded(rules: validate_pb2.FieldRules) -> bool:
    text, raw = rules.string, rules.bytes
    return bool(text.max_len or text.len or text.pattern or getattr(text, "in") or text.const or raw.max_len or raw.len)


def check_bounds(contract: Contract) -> Iterator[str]:
    """A text, a list or a run of bytes that a caller may send at any length, at whatever depth of a request."""
    waiting = [method.input_type for method in contract.methods.values()]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or not name.startswith(".fenghuo."):
            continue
        seen.add(name)
        for field in contract.messages[name].field:
            rules = field.options.Extensions[validate_pb2.field]
            repeated = field.label == field.LABEL_REPEATED
            if repeated and not rules.repeated.max_items and not rules.map.max_pairs:
                yield f"{name[1:]}.{field.name}: a list without max_items"
            if field.type in {field.TYPE_STRING, field.TYPE_BYTES} and not _bounded(rules.repeated.items if repeated else rules):
                yield f"{name[1:]}.{field.name}: a text without max_len"
            if field.type == field.TYPE_MESSAGE:
                waiting.append(field.type_name)


def roles_permissions(text: str) -> set[str]:
    """Every permission that some role has."""
    return {permission for role in yaml.safe_load(text)["roles"].values() for permission in role.get("permissions", ())}


def asked_in_code(root: Path) -> set[str]:
    """Every string constant of the code that could be a permission: hand-written routes and masks ask for theirs there."""
    found: set[str] = set()
    for path in (path for directory in CODE for path in (root / directory).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and PERMISSION.fullmatch(node.value)}
    return found


def check_permissions(contract: Contract, granted: set[str], in_code: set[str]) -> Iterator[str]:
    """A permission nobody has, or one that nothing asks for."""
    asked = {access(method).permission: name for name, method in contract.methods.items() if access(method).permission}
    yield from (f"{name}: no role has the permission {permission}" for permission, name in sorted(asked.items()) if permission not in granted)
    yield from (f"roles: nothing asks for the permission {permission}" for permission in sorted(granted - asked.keys() - in_code))


def rules(contract: Contract) -> list[str]:
    """Every violation that the contract shows by itself."""
    return [line for rule in (check_access, check_routes, check_request_ids, check_paging, check_bounds) for line in rule(contract)]


def load(proto: Path) -> Contract:
    """Read the contract below `proto`."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "contract.binpb"
        check_proto.image(proto, target)
        return read(descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes()))


def main() -> None:
    """Print every violation; exit 1 if there is one."""
    contract = load(ROOT / "proto")
    found = rules(contract)
    found += check_permissions(contract, roles_permissions(ROLES.read_text(encoding="utf-8")), asked_in_code(ROOT))
    print("\n".join([*found, f"contract: {len(contract.methods)} methods, {len(found)} violations"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
