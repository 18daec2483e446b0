"""What checking a message can answer: a refusal (nothing was read), findings (rule by rule) and a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class CapRefused(Exception):  # noqa: N818 - a refusal by rule, not a fault
    """The bytes are not read at all: rule C01 (unsafe, too big, not well formed) or C02 (no CAP message in them).

    It is the only exception that reading raises, whatever the bytes. `key` names the text in messages/alerts.yaml.
    """

    def __init__(self, rule: str, key: str, **details: str) -> None:
        super().__init__(f"{rule} {key} {details}" if details else f"{rule} {key}")
        self.rule = rule
        self.key = key
        self.details = details


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: the rule (C01-C20), how bad, where (a path such as info[1]/area[1]/polygon[2]), and the text's key with its details."""

    rule: str
    severity: Literal["error", "warning"]
    path: str
    key: str
    details: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def text_details(self) -> dict[str, str]:
        """What fills the placeholders of the text, the path among it."""
        return {"path": self.path, **self.details}


class Verdict(StrEnum):
    """ACCEPT: use it. QUARANTINE: keep it, a person decides (C06). REJECT: refuse it and say why."""

    ACCEPT = "ACCEPT"
    QUARANTINE = "QUARANTINE"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class LintReport:
    """All findings on one message and what follows from them."""

    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop the message."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that are told and let pass."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def verdict(self) -> Verdict:
        """REJECT on any error but C06; an error of C06 alone (same identifier, other content) is QUARANTINE."""
        rules = {finding.rule for finding in self.errors}
        if not rules:
            return Verdict.ACCEPT
        return Verdict.QUARANTINE if rules == {"C06"} else Verdict.REJECT

    @property
    def clean(self) -> bool:
        """True when there is nothing to say."""
        return not self.findings


def error(rule: str, path: str, key: str, **details: str) -> Finding:
    """A finding that stops the message."""
    return Finding(rule, "error", path, key, details)


def warning(rule: str, path: str, key: str, **details: str) -> Finding:
    """A finding that is told and let pass."""
    return Finding(rule, "warning", path, key, details)
