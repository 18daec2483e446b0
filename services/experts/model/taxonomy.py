"""Fields of knowledge: hazard × discipline, as data (EX-01). A word is understood by its code, its Chinese or English name, or an alias."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from services.experts import errors


@dataclass(frozen=True, slots=True)
class Term:
    """One hazard or discipline."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    event_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Field:
    """A discipline, applied to a hazard; an empty hazard stands for any. Both are codes."""

    discipline: str
    hazard: str = ""


class Taxonomy:
    """The closed lists of hazards and disciplines."""

    def __init__(self, hazards: Iterable[Term], disciplines: Iterable[Term]) -> None:
        self.hazards = {term.code: term for term in hazards}
        self.disciplines = {term.code: term for term in disciplines}
        self._hazard_words = _words(self.hazards.values())
        self._discipline_words = _words(self.disciplines.values())

    def find(self, discipline: str, hazard: str = "") -> Field | None:
        """The field that the words mean; None when the taxonomy does not know one of them."""
        known = self._discipline_words.get(discipline.strip().lower())
        of = self._hazard_words.get(hazard.strip().lower()) if hazard.strip() else ""
        return None if known is None or of is None else Field(known, of)

    def field(self, discipline: str, hazard: str = "") -> Field:
        """The field that the words mean; FIELD_UNKNOWN."""
        found = self.find(discipline, hazard)
        if found is None:
            raise errors.field_unknown(f"{hazard}/{discipline}" if hazard else discipline)
        return found

    def hazard_of(self, event_code: str) -> str:
        """Code of the hazard that an event code belongs to; empty when none."""
        return next((term.code for term in self.hazards.values() if event_code and event_code.startswith(term.event_codes)), "")

    def label(self, field: Field) -> tuple[str, str]:
        """The field in Chinese and in English."""
        discipline, hazard = self.disciplines.get(field.discipline), self.hazards.get(field.hazard)
        zh, en = (discipline.zh, discipline.en) if discipline else (field.discipline, field.discipline)
        return (f"{zh}（{hazard.zh}）", f"{en} ({hazard.en})") if hazard else (zh, en)


def _words(terms: Iterable[Term]) -> dict[str, str]:
    return {word.lower(): term.code for term in terms for word in (*term.aliases, term.en, term.zh, term.code)}


def _terms(entries: Iterable[dict[str, object]]) -> list[Term]:
    def listed(entry: dict[str, object], name: str) -> tuple[str, ...]:
        found = entry.get(name, [])
        return tuple(str(word) for word in found) if isinstance(found, list) else ()

    return [Term(str(entry["code"]), str(entry["zh"]), str(entry["en"]), listed(entry, "aliases"), listed(entry, "event_codes")) for entry in entries]


def _load() -> Taxonomy:
    raw = json.loads(Path(__file__).with_name("taxonomy.json").read_text(encoding="utf-8"))
    return Taxonomy(_terms(raw["hazards"]), _terms(raw["disciplines"]))


TAXONOMY = _load()
