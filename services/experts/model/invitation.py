"""Invitation 邀请 (DOMAIN § 2.5): one expert in one call-up."""

from dataclasses import dataclass, field
from datetime import datetime

from chassis.states import Machine, Transition

INVITATION = Machine(
    "invitation",
    ("invited",),
    {
        "accept": Transition(("invited",), "accepted"),
        "reserve": Transition(("invited", "no_answer"), "reserve"),
        "promote": Transition(("reserve",), "accepted"),
        "decline": Transition(("invited",), "declined"),
        "no_answer": Transition(("invited",), "no_answer"),
        "withdraw": Transition(("invited", "accepted", "reserve"), "withdrawn"),
        "engage": Transition(("accepted",), "engaged"),
        "submit_opinion": Transition(("engaged", "opinion_given"), "opinion_given"),
        "release": Transition(("engaged", "opinion_given"), "released"),
        "rate": Transition(("released",), "rated"),
        "record_delivery": Transition(("invited", "accepted", "reserve", "no_answer")),
        "shorten": Transition(("invited",)),
    },
    by_itself=("no_answer", "submit_opinion"),
)
PRESENT = ("engaged", "opinion_given")
"""The expert works on the question."""
ON_A_PLACE = ("accepted", *PRESENT)
"""The expert has promised or is there."""
OPEN = ("invited", "reserve", "accepted")
"""Asked or promised, not begun."""
DECLINE_REASONS = ("busy", "ill", "away", "conflict", "not_my_field", "other")
OUTCOMES = ("pending", "sent", "delivered", "failed")
OUT = ("sent", "delivered")
"""Outcomes by which somebody has told the expert."""
PRESENCES = ("arrived", "online")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the invitation on a channel; "pending" until somebody has sent it. The address stays with the channel."""

    channel: str
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Rated:
    """How good the help was (1 to 5) and what it cost, in fen; None means unknown."""

    score: int
    comment: str = field(default="", repr=False)
    fee_fen: int | None = None
    travel_fen: int | None = None


@dataclass(slots=True, kw_only=True)
class Invitation:
    """One expert in one call-up. `place` is the number of the place taken, from 1; None while there is none. `answer_due_at` is None until the invitation
    went out. Times are UTC.
    """

    id: str
    call_up_id: str
    expert_id: str
    created_at: datetime
    answer_due_at: datetime | None = None
    deliveries: tuple[Delivery, ...] = ()
    answered_at: datetime | None = None
    late: bool = False
    answer_channel: str = ""
    expected_at: datetime | None = None
    decline_reason: str = ""
    note: str = field(default="", repr=False)
    place: int | None = None
    presence: str = ""
    engaged_at: datetime | None = None
    confidentiality_at: datetime | None = None
    released_at: datetime | None = None
    score: int | None = None
    rating_comment: str = field(default="", repr=False)
    fee_fen: int | None = None
    travel_fen: int | None = None
    withdraw_reason: str = ""
    state: str = "invited"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"invitations/{self.id}"

    @property
    def unsent(self) -> bool:
        """Nobody has told the expert, and nobody has answered."""
        return self.state == "invited" and self.answer_due_at is None

    def move(self, command: str) -> None:
        """Take the listed step; INVALID_TRANSITION with the allowed list."""
        self.state = INVITATION.next(self.state, command)

    def engage(self, presence: str, now: datetime) -> None:
        """The expert begins and was told to keep silent."""
        self.move("engage")
        self.presence, self.engaged_at, self.confidentiality_at = presence, now, now

    def release(self, now: datetime) -> None:
        """The expert may go; the place stays taken: the help was given."""
        self.move("release")
        self.released_at = now

    def withdraw(self, reason: str) -> None:
        """Not needed, or not coming after all."""
        self.move("withdraw")
        self.withdraw_reason, self.place = reason, None

    def rate(self, rated: Rated) -> None:
        """How good the help was, and what it cost."""
        self.move("rate")
        self.score, self.rating_comment, self.fee_fen, self.travel_fen = rated.score, rated.comment, rated.fee_fen, rated.travel_fen
