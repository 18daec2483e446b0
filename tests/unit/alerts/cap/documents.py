"""The documents these tests run on: the project's own fixtures always, the reference corpus where FENGHUO_CORPUS names it."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "cap"
CORPUS = Path(os.environ["FENGHUO_CORPUS"]) if os.environ.get("FENGHUO_CORPUS") else None


@dataclass(frozen=True)
class Judged:
    """A document and the verdict its manifest gives."""

    path: Path
    verdict: str
    errors: frozenset[str]
    warnings: frozenset[str]


def _rules(text: str) -> frozenset[str]:
    return frozenset(part.strip()[:3] for part in text.split(";") if part.strip())


def _manifest(directory: Path) -> list[Judged]:
    with (directory / "MANIFEST.csv").open(encoding="utf-8", newline="") as lines:
        return [Judged(directory / row["file"], row["verdict"], _rules(row["errors"]), _rules(row["warnings"])) for row in csv.DictReader(lines)]


JUDGED = _manifest(FIXTURES) + (_manifest(CORPUS / "cap") if CORPUS else [])
OURS = sorted(FIXTURES.glob("flood_*.xml")) + (sorted((CORPUS / "golden").glob("*.xml")) if CORPUS else [])
SCHEMAS = {name: CORPUS / "xsd" / f"{name}.xsd" for name in ("cap10", "cap11", "cap12", "cap12_extended")} if CORPUS else {}


def fixture(name: str) -> bytes:
    """The bytes of one of the project's own fixtures."""
    return (FIXTURES / name).read_bytes()
