"""JSON as strictly as a command centre needs it: no NaN, no duplicate keys, no text that cannot be written everywhere, bounded depth; and messages from it."""

import json
import re
import sys
from typing import Any, NoReturn

from google.protobuf import json_format
from google.protobuf.message import Message

from chassis.errors import DomainError, Kind
from gateway.rest import held, wrong_field

MAX_DEPTH = 32
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no way to write (its section 2.2, Char); the other control characters, DEL and C1; and what turns the direction of the text around it, by
which a board shows another text than the one that is stored (Unicode UAX 9: embeddings, overrides, isolates)."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _refused(reason: str, **details: str | int) -> DomainError:
    return DomainError(Kind.INVALID, reason, field=None, **details)


def _no_constant(name: str) -> NoReturn:
    raise _refused("JSON_NUMBER", value=name)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DomainError(Kind.INVALID, "JSON_DUPLICATE_KEY", field=key[:80], key=key[:80])
            seen.add(key)
    return made


def loads(body: bytes) -> dict[str, Any]:
    """A JSON object; INVALID with the rule it breaks otherwise."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except UnicodeDecodeError as error:
        raise _refused("JSON_UTF8") from error
    except RecursionError as error:
        raise _refused("JSON_DEPTH", limit=MAX_DEPTH) from error
    except ValueError as error:
        raise _refused("JSON_SYNTAX", problem=str(error)[:200]) from error
    if not isinstance(value, dict):
        raise _refused("JSON_OBJECT")
    if "\\u" in text or _NEVER.search(text):
        _check_text(value, "")
    _check_depth(value, MAX_DEPTH)
    return value


def _check_depth(value: Any, left: int) -> None:
    if left < 0:
        raise _refused("JSON_DEPTH", limit=MAX_DEPTH)
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(part, dict | list):
            _check_depth(part, left - 1)


def _check_text(value: Any, path: str) -> None:
    if isinstance(value, dict):
        for key, part in value.items():
            _check_text(key, path)
            _check_text(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for part in value:
            _check_text(part, path)
    elif isinstance(value, str):
        check_plain(value, path)


def check_plain(value: str, field: str) -> None:
    """INVALID when a text holds what no warning, no board and no database could: control characters but tab and line ends, what
    turns the direction of text, lone surrogates, U+FFFE, U+FFFF."""
    if _NEVER.search(value):
        raise DomainError(Kind.INVALID, "TEXT_CHARACTERS", field=field[:80], name=field[:80])


def parse(values: dict[str, Any], message: Message) -> None:
    """Fill a message from a JSON object; INVALID names the field."""
    descriptor: Any = message.DESCRIPTOR
    wrong_field.check_aliases(values, descriptor)
    try:
        json_format.ParseDict(values, message)
    except json_format.ParseError as error:
        raise wrong_field.refusal(str(error), values, descriptor) from error
    except OverflowError as error:
        field = _huge(values, "")
        raise wrong_field.of_type(wrong_field.field_at(field, descriptor), field) from error
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
        raise wrong_field.of_type(None, "") from error
    wrong_field.check_points(values, descriptor)
    held.check(message)


def _huge(value: Any, path: str) -> str:
    """Where the first integer stands that no number of the contract can hold; empty when there is none."""
    if isinstance(value, dict):
        return next(filter(None, (_huge(part, f"{path}.{key}" if path else key) for key, part in value.items())), "")
    if isinstance(value, list):
        return next(filter(None, (_huge(part, path) for part in value)), "")
    return path if isinstance(value, int) and abs(value) > sys.float_info.max else ""


def encode(value: Any) -> bytes:
    """JSON bytes, Chinese readable."""
    return _ENCODER.encode(value).encode()
