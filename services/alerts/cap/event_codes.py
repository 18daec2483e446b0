"""Event codes, 事件类型: what CAP category and response a Chinese event code asks for (DOMAIN 4.3), and which code a foreign message means."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.alerts.cap.message import Category, Info, NamedValue, ResponseType

SCHEME = "CN-EVENT"
"""The valueName of our event codes."""

_TAILS = ("灾害事件", "预警信号", "事件", "灾害", "预警", "红色", "橙色", "黄色", "蓝色")


@dataclass(frozen=True, slots=True)
class EventDefaults:
    """Proposed to the editor, who may choose others."""

    categories: tuple[Category, ...]
    responses: tuple[ResponseType, ...]


_C, _R = Category, ResponseType
_WEATHER = EventDefaults((_C.MET,), (_R.SHELTER, _R.AVOID))
_CHEMICAL = EventDefaults((_C.CBRNE, _C.FIRE), (_R.SHELTER, _R.EVACUATE, _R.AVOID))
DEFAULTS: dict[str, EventDefaults] = {
    "11A51": EventDefaults((_C.MET, _C.GEO), (_R.AVOID, _R.EVACUATE, _R.PREPARE)),
    "11A01": EventDefaults((_C.MET,), (_R.AVOID, _R.EVACUATE)),
    "11B03": EventDefaults((_C.MET,), (_R.PREPARE, _R.MONITOR)),
    "11B38": EventDefaults((_C.MET,), (_R.PREPARE, _R.MONITOR)),
    "11B06": _WEATHER,
    "11B07": _WEATHER,
    "11B09": _WEATHER,
    "11B14": _WEATHER,
    "11C02": EventDefaults((_C.GEO,), (_R.SHELTER, _R.EVACUATE, _R.ASSESS)),
    "11D01": EventDefaults((_C.GEO,), (_R.EVACUATE,)),
    "11D02": EventDefaults((_C.GEO,), (_R.EVACUATE,)),
    "11G01": EventDefaults((_C.FIRE,), (_R.EVACUATE, _R.AVOID)),
    "12D01": _CHEMICAL,
    "12D02": EventDefaults((_C.CBRNE,), _CHEMICAL.responses),
    "12D03": _CHEMICAL,
    "12G00": EventDefaults((_C.FIRE,), (_R.EVACUATE,)),
    "12H00": EventDefaults((_C.TRANSPORT,), (_R.AVOID,)),
    "12Q00": EventDefaults((_C.ENV,), (_R.AVOID,)),
    "13A00": EventDefaults((_C.HEALTH,), (_R.MONITOR, _R.PREPARE)),
    "14A00": EventDefaults((_C.SECURITY,), (_R.AVOID,)),
}
_OTHER = EventDefaults((_C.OTHER,), (_R.MONITOR,))


def defaults_of(code: str) -> EventDefaults:
    """The defaults of a code, else of its group (first three characters and 00), else Other and Monitor."""
    return DEFAULTS.get(code) or DEFAULTS.get(f"{code[:3]}00") or _OTHER


def event_code_value(code: str) -> NamedValue:
    """The eventCode of one of our codes."""
    return NamedValue(SCHEME, code)


def event_code_of(info: Info, names: Mapping[str, str]) -> str | None:
    """The event code a message means: its own if it carries one, else by name. `names` maps codes to Chinese names; None when nothing fits.

    Names are compared without their tails, so that 暴雨 finds 暴雨事件.
    """
    for code in info.event_codes:
        if code.value_name == SCHEME and code.value in names:
            return code.value
    wanted = _stem(info.event)
    if not wanted:
        return None
    return min((code for code, name in names.items() if _stem(name) == wanted), default=None)


def _stem(name: str) -> str:
    stem = name.strip()
    while tail := next((tail for tail in _TAILS if stem.endswith(tail) and stem != tail), None):
        stem = stem.removesuffix(tail)
    return stem
