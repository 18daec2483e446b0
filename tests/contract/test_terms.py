"""Every word of every state machine has a Chinese and an English term, so that refusals read well in both."""

import importlib
from pathlib import Path

import yaml

from chassis.settings import ROOT
from chassis.states import Machine

TERMS = ROOT / "messages" / "terms" / "states.yaml"


def machines() -> dict[str, Machine]:
    """Every machine of every service, by module and name."""
    found: dict[str, Machine] = {}
    for path in sorted((ROOT / "services").glob("*/model*")) + sorted((ROOT / "services").glob("*/model/*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.suffix == ".py" or Path(path / "__init__.py").exists():
            module = importlib.import_module(name)
            found |= {f"{name}.{key}": value for key, value in vars(module).items() if isinstance(value, Machine)}
    return found


def test_every_word_has_its_terms() -> None:
    terms = yaml.safe_load(TERMS.read_text(encoding="utf-8"))
    words = {word for machine in machines().values() for word in (machine.aggregate, *machine.states, *machine.table)}
    assert words, "no machine was found"
    lacking = sorted(word for word in words if not {"zh", "en"} <= set(terms.get(word, {})))
    assert not lacking, f"messages/terms/states.yaml lacks: {lacking}"
