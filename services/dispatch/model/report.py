"""Incident report 信息报告 (DOMAIN § 2.3): drafted, signed by another person, sent; then it never changes. A late one is always accepted (R-I8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.dispatch import errors
from services.dispatch.grading.duties import Channel, Party
from services.dispatch.grading.reports import Completeness, Element, ReportKind, SentReport, completeness
from services.dispatch.model.figures import Figures

SENT = ("sent", "acknowledged", "bounced", "returned")
"""It has left."""
URGENT_KINDS = (ReportKind.PHONE_FIRST, ReportKind.INITIAL)
SIGNATURE_OWED = timedelta(hours=24)
"""How long the signature of an urgent report may be owed [choice]."""
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4))
"""When a report that did not arrive is tried again by itself, after its first, second and third failure; then a person decides."""
SWITCH_AFTER = 2
"""Failures after which another channel is advised."""
REQUIRED: Mapping[ReportKind, tuple[Element, ...]] = {
    ReportKind.PHONE_FIRST: (Element.TIME, Element.PLACE, Element.NATURE),
    ReportKind.ZERO: (),
}
"""Elements without which a report cannot be submitted; kinds that are not named need all of them [choice: by telephone the rest may wait]."""

REPORT = Machine(
    "report",
    ("drafting",),
    {
        "update": Transition(("drafting",)),
        "submit": Transition(("drafting",), "pending"),
        "return": Transition(("pending",), "drafting"),
        "sign": Transition(("pending",), "approved"),
        "send": Transition(("approved",), "sent"),
        "send_urgent": Transition(("drafting",), "sent"),
        "countersign": Transition(SENT),
        "acknowledge": Transition(("sent", "bounced"), "sent"),
        "complete": Transition(("sent",), "acknowledged"),
        "bounce": Transition(("sent", "bounced"), "bounced"),
        "retry": Transition(("bounced",), "sent"),
        "recipient_return": Transition(("sent", "acknowledged", "bounced"), "returned"),
    },
)
DELIVERY = Machine(
    "delivery",
    ("waiting",),
    {
        "send": Transition(("waiting",), "sent"),
        "acknowledge": Transition(("sent", "bounced"), "acknowledged"),
        "bounce": Transition(("sent",), "bounced"),
        "retry": Transition(("bounced",), "sent"),
        "return": Transition(("sent", "acknowledged", "bounced"), "returned"),
    },
)


@dataclass(frozen=True, slots=True)
class ReportFact:
    """Which report of which incident."""

    incident_id: str
    report_id: str


@dataclass(frozen=True, slots=True)
class ReportApproved(ReportFact):
    """Signed."""

    kind: ReportKind
    signatory: str


@dataclass(frozen=True, slots=True)
class ReportSent(ReportFact):
    """It left, or left again for one recipient; `met` and `met_late` are the keys of the obligations it met."""

    kind: ReportKind
    seq: int
    recipients: tuple[Party, ...]
    urgent: bool
    met: tuple[str, ...]
    met_late: tuple[str, ...]
    attempt: int


@dataclass(frozen=True, slots=True)
class ReportAcknowledged(ReportFact):
    """A recipient has it."""

    recipient: Party
    receiver: str


@dataclass(frozen=True, slots=True)
class ReportDeliveryFailed(ReportFact):
    """It did not arrive."""

    recipient: Party
    reason: str
    attempts: int
    switch_channel: bool


@dataclass(frozen=True, slots=True)
class ReportReturned(ReportFact):
    """A recipient wants it corrected."""

    recipient: Party
    reason: str


@dataclass(frozen=True, slots=True)
class ReportCountersigned(ReportFact):
    """The owed signature was given."""

    signatory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One recipient, and what became of the report there."""

    recipient: Party
    organisation: str
    channel: Channel
    state: str = "waiting"
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    receiver: str = ""
    evidence: str = ""
    attempts: int = 0
    reason: str = ""

    @property
    def reached_at(self) -> datetime | None:
        """When the recipient had it, as far as anybody knows; None while it is known not to have arrived."""
        return None if self.state == "bounced" else self.acknowledged_at or self.sent_at


@dataclass(slots=True, kw_only=True)
class Report:
    """A report. `elements` are texts by element; `editors` is everybody who wrote them; `episode` counts reopenings of its incident before it."""

    id: str
    version: int = 1
    state: str = "drafting"
    incident_id: str
    region_code: str
    exercise_id: str
    created_at: datetime
    updated_at: datetime
    kind: ReportKind
    seq: int
    episode: int
    elements: dict[str, str]
    deliveries: tuple[Delivery, ...]
    drafter: str
    editors: tuple[str, ...]
    accident: bool
    signatory: str = ""
    signed_at: datetime | None = None
    sent_at: datetime | None = None
    urgent: bool = False
    sign_due_at: datetime | None = None
    figures: Figures | None = None
    figures_at: datetime | None = None
    corrects: str = ""
    return_reason: str = ""
    met: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Resource name."""
        return f"reports/{self.id}"

    @property
    def completeness(self) -> Completeness:
        """How many of the required elements are given."""
        return completeness({Element(name): text for name, text in self.elements.items()}, accident=self.accident)

    def update(self, elements: Mapping[str, str], deliveries: tuple[Delivery, ...], editor: str) -> None:
        """Another text; only of a draft. Everybody who wrote it counts as editor."""
        self.state = REPORT.next(self.state, "update")
        self.editors = tuple(dict.fromkeys((*self.editors, editor)))
        self.elements = dict(elements)
        self.deliveries = checked(deliveries) if deliveries else self.deliveries

    def submit(self) -> None:
        """To the signatory. 422 ELEMENTS_MISSING unless the required ones are given or 「暂不清楚」."""
        self.state = REPORT.next(self.state, "submit")
        needed = REQUIRED.get(self.kind)
        missing = tuple(element for element in self.completeness.missing if needed is None or element in needed)
        if missing:
            raise errors.elements_missing(missing)
        if not self.deliveries:
            raise errors.no_recipients()

    def send_back(self, reason: str) -> None:
        """The signatory wants another text."""
        self.state = REPORT.next(self.state, "return")
        self.return_reason = reason

    def sign(self, signatory: str, now: datetime) -> ReportApproved:
        """签发; 403 when the signatory wrote any of it."""
        self.state = REPORT.next(self.state, "sign")
        self._signed(signatory, now)
        return ReportApproved(self.incident_id, self.id, self.kind, signatory)

    def send(self, figures: Figures, evidence: str, now: datetime, *, urgent: bool = False) -> None:
        """It leaves for all its recipients, with what is known now. Urgently: before its signature, which is then owed."""
        if urgent and self.kind not in URGENT_KINDS:
            raise errors.urgent_only_first(self.kind)
        self.state = REPORT.next(self.state, "send_urgent" if urgent else "send")
        if not self.deliveries:
            raise errors.no_recipients()
        _check_evidence((each.channel for each in self.deliveries), evidence)
        sent = (replace(each, state=DELIVERY.next(each.state, "send"), sent_at=now, attempts=1, evidence=evidence) for each in self.deliveries)
        self.deliveries = tuple(sent)
        self.figures, self.figures_at, self.sent_at, self.urgent = figures, now, now, urgent
        self.sign_due_at = now + SIGNATURE_OWED if urgent else None

    def countersign(self, signatory: str, now: datetime) -> ReportCountersigned:
        """The owed signature; 403 when the signatory wrote any of it."""
        self.state = REPORT.next(self.state, "countersign")
        if self.signatory:
            raise errors.no_signature_owed()
        self._signed(signatory, now)
        self.sign_due_at = None
        return ReportCountersigned(self.incident_id, self.id, signatory)

    def left(self, met: Sequence[str], met_late: Sequence[str], again: Party | None = None) -> ReportSent:
        """The fact of its leaving, for all its recipients or `again` for one, with the obligations it met."""
        to, attempt = (tuple(each.recipient for each in self.deliveries), 1) if again is None else ((again,), self.delivery(again).attempts)
        return ReportSent(self.incident_id, self.id, self.kind, self.seq, to, self.urgent, tuple(met), tuple(met_late), attempt)

    def acknowledge(self, recipient: Party, receiver: str, at: datetime) -> ReportAcknowledged:
        """A recipient has it; acknowledged when all have."""
        after = REPORT.next(self.state, "acknowledge")
        self._deliver(recipient, "acknowledge", acknowledged_at=at, receiver=receiver)
        states = {each.state for each in self.deliveries}
        self.state = REPORT.next(after, "complete") if states == {"acknowledged"} else self._left_for_some(after)
        return ReportAcknowledged(self.incident_id, self.id, recipient, receiver)

    def bounce(self, recipient: Party, reason: str) -> ReportDeliveryFailed:
        """It did not arrive there."""
        self.state = REPORT.next(self.state, "bounce")
        attempts = self._deliver(recipient, "bounce", reason=reason).attempts
        return ReportDeliveryFailed(self.incident_id, self.id, recipient, reason, attempts, attempts >= SWITCH_AFTER)

    def retry(self, recipient: Party, channel: Channel | None, evidence: str, now: datetime) -> None:
        """Again, on another channel if one is given, with the evidence of before unless there is another."""
        after = REPORT.next(self.state, "retry")
        before = self.delivery(recipient)
        by, proof = channel or before.channel, evidence or before.evidence
        _check_evidence((by,), proof)
        self._deliver(recipient, "retry", sent_at=now, attempts=before.attempts + 1, channel=by, evidence=proof)
        self.state = self._left_for_some(after)

    def recipient_return(self, recipient: Party, reason: str) -> ReportReturned:
        """A recipient wants it corrected: a correction follows, this text stays."""
        self.state = REPORT.next(self.state, "recipient_return")
        self._deliver(recipient, "return", reason=reason)
        self.return_reason = reason
        return ReportReturned(self.incident_id, self.id, recipient, reason)

    def sent_to(self) -> list[tuple[datetime, Delivery, SentReport]]:
        """What obligations are judged by: one entry a recipient it left for and did not come back from, with when it last left for there.

        What it answers depends on when it was written, so the report keeps the time it first left however often it is tried again.
        """
        return [
            (each.sent_at, each, SentReport(self.kind, each.channel, Party.COUNTY, each.recipient, self.sent_at))
            for each in self.deliveries
            if self.sent_at is not None and each.sent_at is not None and each.state != "bounced"
        ]

    def delivery(self, recipient: Party) -> Delivery:
        """The delivery to one recipient; 422 NOT_A_RECIPIENT."""
        found = next((each for each in self.deliveries if each.recipient == recipient), None)
        if found is None:
            raise errors.not_a_recipient(recipient)
        return found

    def _deliver(self, recipient: Party, command: str, **changes: object) -> Delivery:
        before = self.delivery(recipient)
        after = replace(before, state=DELIVERY.next(before.state, command), **changes)  # type: ignore[arg-type]  # fields of Delivery
        self.deliveries = tuple(after if each is before else each for each in self.deliveries)
        return after

    def _left_for_some(self, state: str) -> str:
        """While it has not arrived at one recipient it counts as bounced, whatever became of it at the others."""
        return REPORT.next(state, "bounce") if any(each.state == "bounced" for each in self.deliveries) else state

    def _signed(self, signatory: str, now: datetime) -> None:
        if signatory in self.editors:
            raise errors.same_person("drafter", "signatory")
        self.signatory, self.signed_at = signatory, now


def _check_evidence(channels: Iterable[Channel], evidence: str) -> None:
    """A met obligation keeps its evidence (DOMAIN § 2.3): what goes in writing or through the platform has a message id and a receipt."""
    written = next((each for each in channels if each in (Channel.WRITTEN, Channel.PLATFORM)), None)
    if written is not None and not evidence.strip():
        raise errors.evidence_needed(written)


@dataclass(frozen=True, slots=True)
class Sent:
    """What of an incident's reports the order of a new one depends on: kinds drafted and sent, of every and of the present episode."""

    sent: frozenset[ReportKind]
    drafted: frozenset[ReportKind]
    drafted_now: frozenset[ReportKind]


def check_order(kind: ReportKind, state: str, before: Sent) -> None:
    """Whether a report of this kind may be drafted now (DOMAIN § 2.3). 409 for a wrong order or a second one, 422 when it is too early."""
    if state in ("merged", "false_alarm", "transferred", "archived"):
        raise errors.not_reportable(state)
    if kind is ReportKind.INITIAL and ReportKind.INITIAL in before.drafted:
        raise errors.report_exists(kind)
    needs_initial = kind in (ReportKind.FOLLOW_UP, ReportKind.FINAL, ReportKind.SUPPLEMENT)
    if needs_initial and ReportKind.INITIAL not in before.sent:
        raise errors.report_order(kind)
    if kind is ReportKind.FINAL and ReportKind.FINAL in before.drafted_now:
        raise errors.report_exists(kind)
    if kind is ReportKind.FINAL and state not in ("controlled", "response_ended", "evaluating", "closed"):
        raise errors.final_too_early(state)


def checked(deliveries: Collection[Delivery]) -> tuple[Delivery, ...]:
    """Recipients, each only once; 422 NO_RECIPIENTS otherwise."""
    if len({each.recipient for each in deliveries}) != len(deliveries):
        raise errors.no_recipients()
    return tuple(deliveries)
