"""Reads a scenario file; what is wrong with it is told with file, line, field and rule."""

from collections.abc import Callable, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from cli.exercise.coherence import Fault, incoherent
from cli.exercise.scenario import Scenario

More = Callable[[Scenario], list[Fault]]
"""What else is looked at once the fields are right."""


class ScenarioError(Exception):
    """A scenario file that cannot be played; one line for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


def read(path: Path, more: More | None = None) -> Scenario:
    """The scenario of a file. Raises ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError([f"{path}: cannot be read: {error}"]) from error
    return parse(text, str(path), more)


def parse(text: str, name: str, more: More | None = None) -> Scenario:
    """The scenario that a text holds; `name` is what the faults call it. Raises ScenarioError."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ScenarioError([f"{name}:{mark.line + 1 if mark else 1}: no YAML: {getattr(error, 'problem', error)}"]) from error
    if not isinstance(content, dict) or tree is None:
        raise ScenarioError([f"{name}:1: must be a mapping of fields"])
    if repeated := _repeated(tree):
        raise ScenarioError([f"{name}:{line}: {key}: given twice" for key, line in repeated])
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        raise ScenarioError([_told(name, tree, fault["loc"], fault["msg"], fault["type"]) for fault in error.errors()]) from error
    faults = sorted([*incoherent(scenario), *(more(scenario) if more else ())], key=lambda fault: line_of(tree, fault.where))
    if faults:
        raise ScenarioError([_told(name, tree, fault.where, fault.what, fault.rule) for fault in faults])
    return scenario


def _told(name: str, tree: yaml.Node, where: tuple[int | str, ...], message: str, rule: str) -> str:
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".") or "the scenario"
    return f"{name}:{line_of(tree, where)}: {field}: {message.removeprefix('Value error, ')} ({rule})"


def line_of(tree: yaml.Node, where: Sequence[int | str]) -> int:
    """Line of the innermost part of the path that the file has; for an unknown key, the line of the key."""
    node, line = tree, tree.start_mark.line
    for part in where:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line + 1


def _child(node: yaml.Node, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None


def _repeated(node: yaml.Node) -> list[tuple[str, int]]:
    """Keys given twice in one mapping, which YAML would silently let win."""
    found: list[tuple[str, int]] = []
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if key.value in keys:
                found.append((key.value, key.start_mark.line + 1))
            keys.add(key.value)
            found += _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _repeated(value)
    return found
