"""Notice to a post 岗位通知: a response wants it; its delivery is recorded until the post acknowledges."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.plans.model.activation import ActionAtWork

NOTICE = Machine(
    "post_notice",
    ("pending",),
    {
        "sent": Transition(("pending", "sent", "failed"), "sent"),
        "failed": Transition(("pending", "sent", "failed"), "failed"),
        "acknowledged": Transition(("pending", "sent", "failed"), "acknowledged"),
    },
)


@dataclass(frozen=True, slots=True)
class PostNoticeDelivered:
    """A notice was sent, failed or was acknowledged."""

    key: str
    post_notice: str
    post: str
    state: str


@dataclass(slots=True)
class PostNotice:
    """One notice to one post, about the actions it got at one level."""

    id: str
    activation_id: str
    cause: str
    region_code: str
    exercise_id: str
    post: str
    person: str
    alternate: str
    channel: str
    level: int
    actions: int
    update_time: datetime
    state: str = "pending"
    attempts: int = 0
    remark: str = ""
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"postNotices/{self.id}"

    @property
    def activation(self) -> str:
        """Resource name of its activation."""
        return f"activations/{self.activation_id}"

    @property
    def incident(self) -> str:
        """The incident's name; empty for an alert."""
        return self.cause if self.cause.startswith("incidents/") else ""

    def record(self, outcome: str, channel: str, remark: str, now: datetime) -> PostNoticeDelivered:
        """Take down how an attempt went: sent, failed or acknowledged."""
        self.state = NOTICE.next(self.state, outcome)
        self.attempts += outcome != "acknowledged"
        self.channel, self.remark, self.update_time = channel or self.channel, remark, now
        return PostNoticeDelivered(self.cause.rpartition("/")[2], self.name, self.post, self.state)


def by_post(actions: Iterable[ActionAtWork]) -> dict[str, list[ActionAtWork]]:
    """The actions of each post, in order."""
    posts: dict[str, list[ActionAtWork]] = {}
    for action in actions:
        posts.setdefault(action.card.post, []).append(action)
    return posts
