"""Notices 通报 that follow from a published alert: to the upper government, the garrison, and neighbours that may be hit (应对法 62-64)."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition

NOTICE = Machine("alert_notice", ("pending",), {"acknowledge": Transition(("pending",), "acknowledged")})
KINDS = ("upper", "garrison", "neighbour", "forward")


@dataclass(slots=True, kw_only=True)
class Notice:
    """One addressee of one message. `region_code` is the addressee's, `owner_region` the issuer's, which decides who may see it."""

    id: str
    alert_id: str
    kind: str
    addressee_region: str
    addressee: str
    region_code: str
    exercise_id: str
    create_time: datetime
    version: int = 1
    state: str = "pending"
    acknowledge_time: datetime | None = None
    remark: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"alertNotices/{self.id}"

    @property
    def alert(self) -> str:
        """The message."""
        return f"alerts/{self.alert_id}"

    def acknowledge(self, remark: str, now: datetime) -> None:
        """It was given, or its addressee confirmed it."""
        self.state = NOTICE.next(self.state, "acknowledge")
        self.remark, self.acknowledge_time = remark, now
