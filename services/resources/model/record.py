"""What every aggregate of this service has."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(slots=True, kw_only=True)
class Record:
    """Identity, version and times (UTC). Field names are those of the contract; `x_at` is the contract's `x_time`, `x_id` its reference `x`."""

    COLLECTION: ClassVar[str] = ""
    id: str
    version: int = 1
    create_at: datetime
    update_at: datetime

    @property
    def name(self) -> str:
        """Resource name."""
        return f"{self.COLLECTION}/{self.id}"
