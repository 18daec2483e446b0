"""Every reason has its text in Chinese and in English, with placeholders that the refusal fills; no text is left without a use.

A service spells its reasons out in errors.py only; `messages/<component>.yaml` holds the texts, `messages/chassis.yaml` those of the chassis.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import yaml

from tools import reasons

ROOT = Path(__file__).resolve().parent.parent
CODE = ("chassis", "services", "gateway")
REASON = re.compile(r"[A-Z][A-Z0-9_-]*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]


def component(path: str) -> str:
    """Whose file it is: a service, the gateway or the chassis."""
    parts = path.split("/")
    return parts[1] if parts[0] == "services" and len(parts) > 2 else parts[0]


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


def check_texts(texts: Texts) -> Iterator[str]:
    """A text that lacks a language, or whose languages differ in their placeholders."""
    for name, entries in texts.items():
        for reason, entry in entries.items():
            where = f"messages/{name}.yaml: {reason}"
            if not isinstance(entry, dict) or set(entry) != {"zh", "en"} or not all(isinstance(text, str) and text.strip() for text in entry.values()):
                yield f"{where}: needs a zh and an en text and nothing else"
                continue
            if not REASON.fullmatch(reason):
                yield f"{where}: a reason is written in capitals"
            if not CHINESE.search(entry["zh"]) or CHINESE.search(entry["en"]):
                yield f"{where}: zh must be Chinese and en must not"
            if placeholders(entry["zh"]) != placeholders(entry["en"]):
                yield f"{where}: zh and en have different placeholders"


def check_uses(uses: list[reasons.Use], texts: Texts) -> Iterator[str]:
    """A reason without a text, spelled out outside errors.py, or with a text that names a detail the refusal does not carry."""
    for use in uses:
        where, owner = f"{use.path}:{use.line}: {use.reason}", component(use.path)
        if use.literal and use.path.startswith("services/") and use.path.split("/")[2] not in {"errors.py", "errors"}:
            yield f"{where}: a service spells out its reasons in errors.py only"
        entry = texts.get(owner, {}).get(use.reason) or texts.get("chassis", {}).get(use.reason)
        if entry is None:
            yield f"{where}: has no text in messages/{owner}.yaml"
        elif use.details is not None and isinstance(entry, dict):
            unfilled = {name for text in entry.values() for name in placeholders(str(text))} - use.details
            if unfilled:
                yield f"{where}: its text names {', '.join(sorted(unfilled))}, which the refusal does not carry"


def check_orphans(uses: list[reasons.Use], texts: Texts, words: Mapping[str, set[str]]) -> Iterator[str]:
    """A text that no refusal and no string of its component names; any component may use those of the chassis."""
    for name, entries in texts.items():
        owners = set(words) if name == "chassis" else {name}
        used = {use.reason for use in uses if component(use.path) in owners}.union(*(words.get(owner, set()) for owner in owners))
        yield from (f"messages/{name}.yaml: {reason}: nothing uses it" for reason in entries if reason not in used)


def sources(root: Path) -> dict[str, str]:
    """The code that may refuse, by path."""
    paths = (path for directory in CODE for path in sorted((root / directory).rglob("*.py")) if "versions" not in path.parts)
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in paths}


def strings(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Every string constant that looks like a reason, by component."""
    found: dict[str, set[str]] = {}
    for path, text in files.items():
        words = {node.value for node in ast.walk(ast.parse(text, path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        found.setdefault(component(path), set()).update(word for word in words if REASON.fullmatch(word))
    return found


def check(files: Mapping[str, str], texts: Texts) -> list[str]:
    """Every violation of these files and texts."""
    findings = reasons.Search(files).run()
    unknown = [line for line in findings.unknown if line.startswith("services/")]
    return [*unknown, *check_texts(texts), *check_uses(findings.uses, texts), *check_orphans(findings.uses, texts, strings(files))]


def main() -> None:
    """Print every violation; exit 1 if there is one."""
    texts = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) or {} for path in sorted((ROOT / "messages").glob("*.yaml"))}
    found = check(sources(ROOT), texts)
    print("\n".join([*found, f"messages: {sum(map(len, texts.values()))} texts, {len(found)} violations"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
