"""Texts for people, in Chinese and English, from messages/<component>.yaml; code names reasons, never words."""

from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import yaml

LANGUAGES = ("zh", "en")


class Catalogue:
    """The texts of all components: reason -> language -> text with {placeholders}."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.texts = texts

    @classmethod
    def load(cls, directory: Path) -> "Catalogue":
        """Read every file of the directory; a reason may stand in one file only."""
        texts: dict[str, Mapping[str, str]] = {}
        for path in sorted(directory.glob("*.yaml")):
            for reason, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
                if reason in texts:
                    raise ValueError(f"{path.name}: {reason} stands in two files")
                texts[reason] = entry
        return cls(texts)

    def text(self, reason: str, language: str, details: Mapping[str, str]) -> str:
        """The reason's text with its details filled in; the bare reason when there is no text."""
        entry = self.texts.get(reason)
        if entry is None:
            return reason
        return _Lenient().vformat(entry[language], (), dict(details))


class _Lenient(Formatter):
    """A placeholder without a value stays visible instead of failing an error message."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:  # noqa: ARG002 - positional fields are not used
        return kwargs.get(str(key), f"{{{key}}}")
