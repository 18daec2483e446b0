"""Every word of every state machine, and every fact, has a Chinese and an English name, so that refusals, the feed and reports read well in both."""

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


def facts() -> set[str]:
    """Types of the facts on the event log: what stands in the `event` of a topic's message."""
    modules = [importlib.import_module(".".join(path.relative_to(ROOT / "gen").with_suffix("").parts)) for path in (ROOT / "gen").rglob("*events_pb2.py")]
    oneofs = [oneof for module in modules for message in module.DESCRIPTOR.message_types_by_name.values() for oneof in message.oneofs if oneof.name == "event"]
    return {field.message_type.name for oneof in oneofs for field in oneof.fields}


def test_every_fact_has_its_names_and_no_other_has() -> None:
    names = yaml.safe_load((ROOT / "messages" / "terms" / "facts.yaml").read_text(encoding="utf-8"))
    assert len(facts()) > 300
    assert sorted(name for name in facts() if not all(names.get(name, {}).get(language) for language in ("zh", "en"))) == []
    assert sorted(set(names) - facts()) == []
