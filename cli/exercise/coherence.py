"""What must agree between the fields of a scenario, each fault with the field it stands at; single fields are the models' matter (scenario.py)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cli.exercise.scenario import Inject, Scenario

Where = tuple[int | str, ...]
MADE = "synthetic/"
"""How a scenario names a unit that is made for it: by its number, from 1."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and by which rule."""

    where: Where
    what: str
    rule: str


def incoherent(scenario: Scenario) -> list[Fault]:
    """Every fault between the fields."""
    return [*_two_people(scenario), *_units(scenario), *_ids(scenario), *_injects(scenario), *_expected(scenario)]


def strangers(scenario: Scenario, known: Collection[str], register: str) -> list[Fault]:
    """Units that are named and that the register, called so in the fault, does not have."""
    named: list[tuple[Where, str]] = [(("units", "use", number), name) for number, name in enumerate(scenario.units.use)]
    named += [(("injects", number, "loss", "unit"), each.loss.unit) for number, each in enumerate(scenario.injects) if each.loss]
    return [Fault(where, f"{name} is not in {register}", "unknown_unit") for where, name in named if name not in known and not name.startswith(MADE)]


def _two_people(scenario: Scenario) -> Iterator[Fault]:
    """Steps that the platform leaves to two people, and the seats (seats.py, closing.py) take by these accounts."""
    accounts = scenario.accounts
    expected = [*scenario.expected, *(each for process in scenario.arrivals for each in process.expected)]
    if accounts.leader in accounts.officer and any(each.what == "first_report" for each in expected):
        yield Fault(("accounts", "leader"), f"{accounts.leader} is an officer too: a first report is signed by another person than drafts it", "two_people")
    if accounts.editor == accounts.issuer:
        yield Fault(("accounts", "issuer"), f"{accounts.issuer} is the editor too: an alert is approved by another person than drafts it", "two_people")


def _units(scenario: Scenario) -> Iterator[Fault]:
    if scenario.units.synthetic and scenario.units.region is None and len(scenario.place.region) < 6:
        yield Fault(("units", "region"), "is needed: synthetic units belong to one county, and place.region is wider", "needed")


def _ids(scenario: Scenario) -> Iterator[Fault]:
    seen: set[str] = set()
    named: list[tuple[Where, str]] = [(("injects", number, "id"), each.id) for number, each in enumerate(scenario.injects)]
    for where, label in [*named, *((("arrivals", number, "id"), each.id) for number, each in enumerate(scenario.arrivals))]:
        if label in seen:
            yield Fault(where, f"{label!r} is given twice", "repeated_id")
        seen.add(label)


def _injects(scenario: Scenario) -> Iterator[Fault]:
    if not scenario.injects and not scenario.arrivals:
        yield Fault(("injects",), "nothing happens: give injects or arrivals", "needed")
    for number, each in enumerate(scenario.injects):
        if each.at > scenario.duration:
            yield Fault(("injects", number, "at"), f"{each.id} comes after the end of the exercise", "too_late")
        if not _made(each, scenario.units.synthetic):
            yield Fault(("injects", number, "loss", "unit"), f"units.synthetic makes {scenario.units.synthetic}, numbered from 1", "unknown_unit")


def _made(inject: Inject, synthetic: int) -> bool:
    if inject.loss is None or not inject.loss.unit.startswith(MADE):
        return True
    return 1 <= int(inject.loss.unit.removeprefix(MADE)) <= synthetic


def _expected(scenario: Scenario) -> Iterator[Fault]:
    known = {each.id for each in scenario.injects}
    for number, each in enumerate(scenario.expected):
        for field, label in (("of", each.of), ("target", each.target)):
            if label is not None and label not in known:
                yield Fault(("expected", number, field), f"no inject has the id {label!r}", "unknown_id")
        if each.of is None and not each.what.startswith("alert_"):
            yield Fault(("expected", number, "of"), f"is needed for {each.what}", "needed")
