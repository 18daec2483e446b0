"""What is known of an incident's harm and force. None means unknown, which is not zero (DOMAIN § 0, 2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from services.dispatch import errors
from services.dispatch.grading.assess import Facts

Figure = int | Decimal | bool | None
DECIMALS = ("magnitude", "population_density", "burnt_area_ha", "loss_gdp_share")
NOT_GRADED = ("evacuated", "people_affected")
"""Figures that no grading rule reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts are persons, `loss_fen` is fen, density persons per km², burnt area hectares; `loss_gdp_share` 0.01 is 1 %."""

    dead: int | None = None
    missing: int | None = None
    injured_serious: int | None = None
    poisoned: int | None = None
    injured_light: int | None = None
    trapped: int | None = None
    evacuated: int | None = None
    people_affected: int | None = None
    loss_fen: int | None = None
    magnitude: Decimal | None = None
    population_density: Decimal | None = None
    burnt_area_ha: Decimal | None = None
    loss_gdp_share: Decimal | None = None
    result_confirmed: bool = False

    def known(self) -> dict[str, int | Decimal | bool]:
        """What is known, by name."""
        every = ((name, getattr(self, name)) for name in Figures.__slots__)
        return {name: value for name, value in every if value is not None and value is not False}

    def learned(self, news: Mapping[str, int | Decimal | bool], unknown: Collection[str] = ()) -> "Figures":
        """The figures after `news`; those named in `unknown` are unknown again. INVALID for a name that is no figure, or is in both."""
        names = {field.name for field in fields(self)}
        for name in unknown:
            if name not in names or name in news:
                raise errors.no_such_figure(name)
        forgotten: dict[str, Figure] = {name: False if name == "result_confirmed" else None for name in unknown}
        return replace(self, **(dict(news) | forgotten))  # type: ignore[arg-type]  # names are checked above, types by the codec

    def changes(self, other: "Figures") -> tuple[str, ...]:
        """Names of the figures in which two states of knowledge differ."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name))

    def graded(self) -> Facts:
        """What the grading rules read."""
        return Facts(**{field.name: getattr(self, field.name) for field in fields(self) if field.name not in NOT_GRADED})

    @property
    def dead_or_missing(self) -> int | None:
        """Dead and missing together (R-G2); None when neither is known."""
        if self.dead is None and self.missing is None:
            return None
        return (self.dead or 0) + (self.missing or 0)
