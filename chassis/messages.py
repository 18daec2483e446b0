"""Texts for people, in Chinese and English, from messages/<component>.yaml; code names reasons, never words."""

from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import yaml

LANGUAGES = ("zh", "en")


TERMED = frozenset({"aggregate", "state", "command", "allowed", "capability", "channel", "missing"})
"""Details whose values are words of a state machine, capabilities of units, channels or fields; they are translated before they fill a text."""
IN_ENGLISH = "_en"
"""A detail `name_en` is what English readers read in the place of `name`, unless it is empty."""
FINDING = "finding"
"""A detail that is itself the key of a text, filled with the same details."""


class Catalogue:
    """The texts of all components: reason -> language -> text with {placeholders}; and the words of state machines and capabilities."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]], terms: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.texts = texts
        self.terms = terms or {}

    @classmethod
    def load(cls, directory: Path) -> "Catalogue":
        """Read every file of the directory; a reason may stand in one file only."""
        texts: dict[str, Mapping[str, str]] = {}
        for path in sorted(directory.glob("*.yaml")):
            for reason, entry in (yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}).items():
                if reason in texts:
                    raise ValueError(f"{path.name}: {reason} stands in two files")
                texts[reason] = entry
        terms: dict[str, Mapping[str, str]] = {}
        for path in sorted((directory / "terms").glob("*.yaml")):
            terms |= yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        return cls(texts, terms)

    def text(self, reason: str, language: str, details: Mapping[str, str]) -> str:
        """The reason's text with its details filled in; the bare reason when there is no text."""
        entry = self.texts.get(reason)
        if entry is None:
            return reason
        filled = {name: self._term(name, value, language) if name in TERMED else value for name, value in details.items()}
        if language == "en":
            filled |= {name.removesuffix(IN_ENGLISH): value for name, value in details.items() if name.endswith(IN_ENGLISH) and value}
        if (finding := details.get(FINDING, "")) in self.texts:
            filled[FINDING] = self.text(finding, language, {name: value for name, value in details.items() if name != FINDING})
        return _Lenient().vformat(entry[language], (), filled)

    def _term(self, name: str, value: str, language: str) -> str:
        between = "、" if language == "zh" else ", "
        words = ((word, self.terms.get(f"{name}.{word}") or self.terms.get(word, {})) for word in value.split(", "))
        return between.join(term.get(language, word) for word, term in words)


class _Lenient(Formatter):
    """A placeholder without a value stays visible instead of failing an error message."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:  # noqa: ARG002 - positional fields are not used
        return kwargs.get(str(key), f"{{{key}}}")
