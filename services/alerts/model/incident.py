"""What alerts remembers of incidents, to say which alerts they may belong to."""

from dataclasses import dataclass

from services.alerts.model.alert import Alert


@dataclass(slots=True, kw_only=True)
class IncidentSeen:
    """A confirmed incident; its place is unknown when `lon` is None."""

    id: str
    event_code: str
    title: str
    region_code: str
    exercise_id: str
    regions: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"incidents/{self.id}"

    def kin(self, alert: Alert) -> bool:
        """Of the same exercise (or both real) and of the same event family: the first three characters of the code, for example 11A."""
        return self.exercise_id == alert.exercise_id and self.event_code[:3] == alert.content.event_code[:3]
