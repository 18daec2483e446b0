"""Settings of experts."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, and how long personal data outlives an appointment."""

    expert_retention_days: int = Field(default=90, ge=0, le=3650, description="days after removal or rejection until the personal data of an expert is purged")

    @property
    def retention(self) -> timedelta:
        """The same, as a span of time."""
        return timedelta(days=self.expert_retention_days)
