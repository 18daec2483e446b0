"""The README of a service has the same headings everywhere, and its state diagrams are those of the model."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from chassis.states import Machine

SERVICES = Path(__file__).parents[2] / "services"
HEADINGS = ["What it owns", "States", "Calls", "Publishes", "Consumes", "Settings", "Run alone"]
WRITTEN = sorted(path.parent.name for path in SERVICES.glob("*/README.md"))


def machines(service: str) -> dict[str, Machine]:
    """Every state machine of a service's model."""
    root = importlib.import_module(f"services.{service}.model")
    modules = [root, *(importlib.import_module(each.name) for each in pkgutil.walk_packages(root.__path__, f"{root.__name__}."))]
    return {value.aggregate: value for module in modules for value in vars(module).values() if isinstance(value, Machine)}


@pytest.mark.parametrize("service", WRITTEN)
def test_headings(service: str) -> None:
    text = (SERVICES / service / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("service", WRITTEN)
def test_every_machine_is_drawn_as_it_is(service: str) -> None:
    text = (SERVICES / service / "README.md").read_text(encoding="utf-8")
    assert [name for name, machine in machines(service).items() if f"```mermaid\n{machine.diagram()}\n```" not in text] == []
