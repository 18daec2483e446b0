"""Figures of a benchmark run: a table for people, `var/bench.json` for machines."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and its goal; `ok` is None where there is no goal."""

    figure: str
    value: float
    unit: str
    goal: str
    ok: bool | None
    command: str


@dataclass(slots=True)
class Figures:
    """Collects figures of one command."""

    command: str
    found: list[Figure] = field(default_factory=list)

    def add(self, figure: str, value: float, unit: str, goal: str = "", ok: bool | None = None) -> None:
        """Note a figure, and say it at once: a long run shows how far it is."""
        self.found.append(Figure(figure, round(value, 4), unit, goal, ok, self.command))
        print(f"{figure}: {value:g} {unit} {_verdict(ok)}".rstrip(), flush=True)  # noqa: T201 - what the user waits for

    def show(self, path: Path) -> bool:
        """Print the table, merge into the file (figures of the same name and command are replaced), and say whether every goal is met."""
        table = Table(title=f"{self.command}")
        for column in ("figure", "value", "unit", "goal", "verdict"):
            table.add_column(column, justify="right" if column == "value" else "left")
        for figure in self.found:
            table.add_row(figure.figure, f"{figure.value:g}", figure.unit, figure.goal, _verdict(figure.ok))
        Console(width=140).print(table)
        earlier = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        names = {figure.figure for figure in self.found}
        kept = [entry for entry in earlier if not (entry["figure"] in names and entry["command"] == self.command)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept + [asdict(figure) for figure in self.found], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return all(figure.ok is not False for figure in self.found)


def _verdict(ok: bool | None) -> str:
    return "" if ok is None else "pass" if ok else "falls short"


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
