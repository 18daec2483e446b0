"""The state diagrams in the services' READMEs are those of their machines, and a README that draws any draws them all."""

import re
from pathlib import Path

import pytest

from chassis.settings import ROOT
from tests.contract.test_terms import machines

READMES = sorted((ROOT / "services").glob("*/README.md"))
DIAGRAM = re.compile(r"```mermaid\n(stateDiagram-v2\n.*?)\n```", re.DOTALL)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.parent.name))
def test_diagrams_are_the_machines(readme: Path) -> None:
    drawn = DIAGRAM.findall(readme.read_text(encoding="utf-8"))
    service = f"services.{readme.parent.name}."
    known = {machine.diagram() for name, machine in machines().items() if name.startswith(service)}
    assert not [diagram for diagram in drawn if diagram not in known], "draws a machine that is not there"
    assert set(drawn) == known or not drawn, "leaves a machine out"


def test_there_are_readmes() -> None:
    assert READMES
