"""Alert levels, 预警级别, and what other vocabularies call them (DOMAIN 4.1). 1 is the most severe: red.

weather.com.cn counts the other way (LEVELCODE 04 is red): it is converted by table, never by arithmetic at the caller.
Reading a foreign message gives a suggestion only: a foreign `Extreme` never activates a plan of ours by itself.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.alerts.cap.message import Alert, Certainty, Info, Severity, Urgency

UNGRADED = 9


@dataclass(frozen=True, slots=True)
class Level:
    """One level in every vocabulary."""

    ordinal: int
    roman: str
    word_zh: str
    colour_zh: str
    colour_en: str
    levelcode: str
    severity: Severity


LEVELS = {
    1: Level(1, "Ⅰ", "特别严重", "红色", "red", "04", Severity.EXTREME),
    2: Level(2, "Ⅱ", "严重", "橙色", "orange", "03", Severity.SEVERE),
    3: Level(3, "Ⅲ", "较重", "黄色", "yellow", "02", Severity.MODERATE),
    4: Level(4, "Ⅳ", "一般", "蓝色", "blue", "01", Severity.MINOR),
}
_BY_SEVERITY = {str(level.severity): level.ordinal for level in LEVELS.values()}
_BY_LEVELCODE = {level.levelcode: level.ordinal for level in LEVELS.values()}
_BY_COLOUR = {level.colour_en: level.ordinal for level in LEVELS.values()} | {level.colour_zh[0]: level.ordinal for level in LEVELS.values()}
_GDACS = {"orange": 2, "red": 1}
_HEADLINE_COLOUR = re.compile(r"([红橙黄蓝])色")
_AWARENESS = re.compile(r"\s*([1-4])\s*;\s*(\w+)\s*;")
_AWARENESS_LEVEL = {"4": 1, "3": 2, "2": 3}


def severity_of(level: int) -> Severity:
    """The CAP severity of a level 1-4; Unknown for 9 (未定级)."""
    return LEVELS[level].severity if level in LEVELS else Severity.UNKNOWN


def level_of_severity(severity: str) -> int:
    """The level a CAP severity suggests; 9 for Unknown and anything else."""
    return _BY_SEVERITY.get(severity, UNGRADED)


def levelcode_of(level: int) -> str:
    """The LEVELCODE of weather.com.cn (01 blue to 04 red). KeyError for a level that is none of 1-4."""
    return LEVELS[level].levelcode


def level_of_levelcode(levelcode: str) -> int | None:
    """The level of a LEVELCODE; None when it is none of 01-04."""
    return _BY_LEVELCODE.get(levelcode.strip().zfill(2))


def level_of_colour(colour: str) -> int | None:
    """The level of a colour in Chinese (黄色, 黄) or English (yellow); None for another colour."""
    word = colour.strip().lower()
    return _BY_COLOUR.get(word) or _BY_COLOUR.get(word[:1])


def level_of_awareness(value: str) -> int | None:
    """MeteoAlarm `awareness_level`, `2; yellow; Moderate` to `4; red; Extreme`, to 3, 2, 1; None for green (1) and for what cannot be read."""
    match = _AWARENESS.match(value)
    return _AWARENESS_LEVEL.get(match[1]) if match else None


def level_of_gdacs(alertlevel: str) -> int | None:
    """GDACS `alertlevel`: Orange 2, Red 1, Green none."""
    return _GDACS.get(alertlevel.strip().lower())


def headline_suffix(level: int) -> str:
    """The tail of a headline, `[Ⅱ级/严重]`; empty when ungraded."""
    return f"[{LEVELS[level].roman}级/{LEVELS[level].word_zh}]" if level in LEVELS else ""


def suggested_level(info: Info) -> int:
    """The level a message suggests, by the most specific statement in it: our parameter, MeteoAlarm, GDACS, a colour in the headline, the CAP severity."""
    own = info.parameter("level")
    if own in ("1", "2", "3", "4"):
        return int(own)
    if awareness := info.parameter("awareness_level"):
        return level_of_awareness(awareness) or UNGRADED
    if alertlevel := info.parameter("alertlevel"):
        return level_of_gdacs(alertlevel) or UNGRADED
    if colours := _HEADLINE_COLOUR.findall(info.headline):
        # 「…橙色…升级为红色」 names two: the last one is in force.
        return _BY_COLOUR[colours[-1]]
    return level_of_severity(info.severity)


def alert_level(alert: Alert) -> int:
    """The most severe level any info of the message suggests; 9 when none does."""
    return min((suggested_level(info) for info in alert.infos), default=UNGRADED)


def urgency_of(onset: datetime | None, *, now: datetime, ended: bool = False) -> Urgency:
    """Urgency by the time to the onset (DOMAIN 4.1): begun is Immediate, within an hour Expected, later Future, over Past."""
    if ended:
        return Urgency.PAST
    if onset is None:
        return Urgency.UNKNOWN
    if onset <= now:
        return Urgency.IMMEDIATE
    return Urgency.EXPECTED if onset - now <= timedelta(hours=1) else Urgency.FUTURE


def certainty_of(*, observed: bool = False, probability: float | None = None) -> Certainty:
    """Certainty (DOMAIN 4.1): seen is Observed, more than 50 % Likely, 50 % or less Possible, unknown Unknown. `probability` is 0 to 1."""
    if observed:
        return Certainty.OBSERVED
    if probability is None:
        return Certainty.UNKNOWN
    return Certainty.LIKELY if probability > 0.5 else Certainty.POSSIBLE
