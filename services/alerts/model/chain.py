"""Chain of messages, and with it the pre-alert period 预警期 (应对法 64, 70): from the first published message to cancellation or expiry, which are final."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.alerts import errors

CHAIN = Machine(
    "alert_chain",
    ("pending",),
    {
        "begin": Transition(("pending",), "live"),
        "go_on": Transition(("live",), "live"),
        "cancel": Transition(("live",), "cancelled"),
        "expire": Transition(("live",), "expired"),
    },
)


@dataclass(slots=True, kw_only=True)
class Chain:
    """Its id is that of its first message."""

    id: str
    region_code: str
    exercise_id: str
    create_time: datetime
    version: int = 1
    state: str = "pending"
    head_id: str = ""
    start_time: datetime | None = None
    expected_end_time: datetime | None = None
    end_time: datetime | None = None
    measured: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Resource name."""
        return f"alertChains/{self.id}"

    @property
    def head(self) -> str:
        """Its newest published message; empty before the first."""
        return f"alerts/{self.head_id}" if self.head_id else ""

    def check_head(self, alert_id: str) -> None:
        """Only the head may be succeeded: 409 CHAIN_ENDED, NOT_PUBLISHED or HEAD_CHANGED with the head's name."""
        if self.state in ("cancelled", "expired"):
            raise errors.chain_ended(self.name, self.head, self.state)
        if self.state == "pending":
            raise errors.not_published(f"alerts/{alert_id}")
        if self.head_id != alert_id:
            raise errors.head_changed(f"alerts/{alert_id}", self.head)

    def advance(self, alert_id: str, now: datetime, expected_end: datetime | None, measures: tuple[str, ...], *, ends: bool) -> None:
        """A message was published: it is the head now."""
        self.state = CHAIN.next(self.state, "begin" if self.state == "pending" else "cancel" if ends else "go_on")
        self.head_id = alert_id
        self.start_time = self.start_time or now
        self.expected_end_time = expected_end if not ends else self.expected_end_time
        self.end_time = now if ends else None
        self.measured = (*self.measured, *measures)

    def end(self, command: str, now: datetime) -> None:
        """Its time ran out, or its exercise was aborted."""
        self.state = CHAIN.next(self.state, command)
        self.end_time = now
