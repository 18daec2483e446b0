"""Write the pages of docs/ that come from the code: errors, events, permissions. `make docs` writes them, `tests/contract/test_docs.py` holds them fresh."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from chassis.access import Roles
from chassis.settings import ROOT
from gateway.public.stream import Topics
from gateway.rest.contract import methods
from gateway.rest.openapi import comments

DOCS = ROOT / "docs"
NOTE = "<!-- Written by `make docs` from the code: change the code, then write it anew. -->\n"


def errors() -> str:
    """Every reason a command is refused for, with both texts."""
    lines = ["# Errors 错误", NOTE, "`code` in a problem document is the reason; it never changes its meaning. HTTP statuses: ADR 0004.\n"]
    for path in sorted((ROOT / "messages").glob("*.yaml")):
        lines += [f"## {path.stem}\n", "| code | 中文 | English |", "|---|---|---|"]
        texts: Mapping[str, Mapping[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        lines += [f"| `{reason}` | {_cell(texts[reason]['zh'])} | {_cell(texts[reason]['en'])} |" for reason in sorted(texts)]
        lines.append("")
    return "\n".join(lines)


def events() -> str:
    """Every topic with its facts."""
    said = comments()
    lines = [
        "# Events 事件",
        NOTE,
        "Topics of the event log. The key fixes the order; consumers dedupe on `header.event_id` and ignore what they do not know.\n",
    ]
    for topic, (message, permission) in sorted(Topics().messages.items()):
        name = message.DESCRIPTOR.full_name
        lines += [
            f"## `{topic}`\n",
            f"{said.get(name, '')} Message `{name}`; seen on the live stream with `{permission}`.\n",
            "| fact | meaning | fields |",
            "|---|---|---|",
        ]
        for field in message.DESCRIPTOR.oneofs_by_name["event"].fields:
            fact = field.message_type
            fields = ", ".join(f"`{each.camelcase_name}`" for each in fact.fields)
            lines.append(f"| {fact.name} | {_cell(said.get(fact.full_name, ''))} | {fields} |")
        lines.append("")
    return "\n".join(lines)


def permissions() -> str:
    """Who may do what."""
    roles = Roles.load(ROOT / "deploy" / "roles.yaml").table
    lines = [
        "# Permissions 权限",
        NOTE,
        "A role's permissions include those of the roles it includes. Jurisdiction and separation of duty bound them besides.\n",
    ]
    lines += ["| permission | methods | roles |", "|---|---|---|"]
    every = methods()
    for permission in sorted({method.permission for method in every} | {each for held in roles.values() for each in held}):
        calls = ", ".join(f"`{method.http} {_path(method.pattern)}`" for method in every if method.permission == permission)
        holders = ", ".join(sorted(role for role, held in roles.items() if permission in held))
        lines.append(f"| `{permission}` | {calls} | {holders} |")
    return "\n".join([*lines, ""])


def _path(pattern: str) -> str:
    return pattern.removeprefix("/api/v1").replace("{name=", "").replace("{incident=", "").replace("{cause=", "").replace("{unit=", "").replace("}", "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def pages() -> Iterator[tuple[Path, str]]:
    """Path and text of every page."""
    yield DOCS / "errors.md", errors()
    yield DOCS / "events.md", events()
    yield DOCS / "permissions.md", permissions()


def main() -> None:
    """Write the pages."""
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
