"""Settings of resources."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import ServiceSettings
from services.resources.use_cases.transfers import Around


class Settings(ServiceSettings):
    """Who lies around the district, and how long personal data of shelters is kept."""

    neighbours: tuple[str, ...] = Field(default=("640205", "640221"), description="GB/T 2260 codes of the counties that may be asked for aid, nearest first")
    upper: str = Field(default="640200", pattern=r"^\d{6}$", description="GB/T 2260 code of the level above")
    stays_keep_days: int = Field(default=30, ge=0, le=365, description="days after restoring a shelter until the personal data of those who stayed is erased")

    @property
    def around(self) -> Around:
        """Where to ask when the own stores do not have enough."""
        return Around(self.neighbours, self.upper)

    @property
    def stays_keep(self) -> timedelta:
        """How long personal data of shelters is kept."""
        return timedelta(days=self.stays_keep_days)
