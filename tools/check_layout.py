"""The shape on disk: which names may stand where, and what the pure modules may import.

The contracts in .importlinter see Python packages; this check also sees directories without Python, and allows instead of forbidding:
a model may import the standard library, its own pure neighbours and two modules of the chassis, and nothing else there is.
"""

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.check_budgets import files

ROOT = Path(__file__).resolve().parent.parent

SERVICES = {"plans", "resources", "dispatch", "alerts", "experts", "federation"}
# Pure libraries of a service's own field; importable without the service.
LIBRARIES = {"dispatch": {"solver", "grading"}, "alerts": {"cap", "channels"}, "federation": {"edxl"}}
# What may stand beside the modules, without being one.
PROSE = {"README.md", "__init__"}
# The packages of the contract that belong to no service.
SHARED_MESSAGES = {"type", "system"}
# What the model and the errors of a service may import besides the standard library and each other.
PURE_CHASSIS = {"chassis.errors", "chassis.states"}
# Synchronous calls from one service to another, (caller, called): none. At most two hops deep, each with a decision record.
CALL_GRAPH: set[tuple[str, str]] = set()


def _declared(contract: str) -> set[str]:
    """The closed list of a contract in .importlinter, which is the only place that holds it."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    return set(re.findall(r"\w+", config[f"importlinter:contract:{contract}"]["layers"]))


CHASSIS = _declared("chassis") | PROSE
SKELETON = (_declared("service-skeleton") | PROSE) - set().union(*LIBRARIES.values())


def entry(name: str) -> str:
    """A module's name without its suffix; any other file keeps it."""
    return name.removesuffix(".py")


def closed_lists(path: str) -> Iterator[str]:
    """A name that the closed lists of services and chassis do not hold."""
    parts = path.split("/")
    if parts[0] == "chassis" and len(parts) > 1 and entry(parts[1]) not in CHASSIS:
        yield f"{path}: {parts[1]!r} is not in the closed list of the chassis"
    if parts[0] != "services" or path in {"services/__init__.py", "services/README.md"}:
        return
    if len(parts) < 3 or parts[1] not in SERVICES:
        yield f"{path}: {parts[1]!r} is not a service"
    elif entry(parts[2]) not in SKELETON | LIBRARIES.get(parts[1], set()):
        yield f"{path}: {parts[2]!r} is not in the skeleton of a service"


def both_file_and_package(paths: list[str]) -> Iterator[str]:
    """`model.py` beside `model/`: one of them is never imported."""
    directories = {path.rsplit("/", 1)[0] for path in paths if "/" in path}
    for path in paths:
        if path.endswith(".py") and path.removesuffix(".py") in directories:
            yield f"{path}: stands beside a package of the same name"


def unseen_packages(paths: list[str]) -> Iterator[str]:
    """A directory of Python without `__init__.py`; the import contracts would not look into it."""
    known = set(paths)
    for directory in sorted({path.rsplit("/", 1)[0] for path in paths if path.endswith(".py") and path.startswith(("chassis/", "services/", "gateway/"))}):
        if f"{directory}/__init__.py" not in known and "/migrations" not in directory:
            yield f"{directory}: holds Python but no __init__.py"


def imports(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    """(line, full dotted name) of every import; names imported from a package are given with the package."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def _within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def impure(path: str, tree: ast.Module) -> Iterator[str]:
    """An import in a model or an errors module that is neither standard library nor pure."""
    parts = path.split("/")
    if parts[0] != "services" or len(parts) < 3 or entry(parts[2]) not in {"model", "errors"}:
        return
    own = {f"services.{parts[1]}.{name}" for name in {"model", "errors"} | LIBRARIES.get(parts[1], set())}
    for line, name in imports(tree, path):
        if name.split(".")[0] not in sys.stdlib_module_names and not _within(name, PURE_CHASSIS | own):
            yield f"{path}:{line}: {entry(parts[2])} may not import {name}"


def foreign_messages(path: str, tree: ast.Module) -> Iterator[str]:
    """The chassis knows only the shared types of the contract; a service knows other services' messages but not their stubs."""
    parts = path.split("/")
    for line, name in imports(tree, path):
        words = name.split(".")
        if words[0] != "fenghuo" or len(words) < 2:
            continue
        if parts[0] == "chassis" and words[1] not in SHARED_MESSAGES:
            yield f"{path}:{line}: the chassis may not import {name}"
        stub = any(word.endswith("_pb2_grpc") for word in words)
        if parts[0] == "services" and stub and words[1] not in {parts[1], *SHARED_MESSAGES} and (parts[1], words[1]) not in CALL_GRAPH:
            yield f"{path}:{line}: {parts[1]} may not call {words[1]} ({name})"


def check_file(path: str, text: str) -> Iterator[str]:
    """Every violation of one file."""
    yield from closed_lists(path)
    if path.endswith(".py") and path.startswith(("chassis/", "services/")):
        tree = ast.parse(text, path)
        yield from impure(path, tree)
        yield from foreign_messages(path, tree)


def violations(root: Path) -> list[str]:
    """Every violation of the repository."""
    paths = files(root)
    found = [line for path in paths for line in check_file(path, (root / path).read_text(errors="replace") if path.endswith(".py") else "")]
    return [*found, *both_file_and_package(paths), *unseen_packages(paths)]


def main() -> None:
    """Print every violation; exit 1 if there is one."""
    found = violations(ROOT)
    print("\n".join([*found, f"layout: {len(found)} violations"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
