"""Alert 预警信息 (DOMAIN § 2.4): its states, who may take which step, and what each step leaves behind. A published message is never changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.alerts import errors
from services.alerts.model import facts
from services.alerts.model.content import AlertContent
from services.alerts.model.measures import LawMeasure

POST_REVIEW_WITHIN = timedelta(hours=24)
"""How long after an urgent approval its review is owed [choice, DOMAIN § 2.0]."""
STATUSES = {"actual": "Actual", "exercise": "Exercise", "test": "Test"}
"""Our word → CAP status."""
MSG_TYPES = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}
"""Our word → CAP msgType."""
OUT = ("published", "superseded", "cancelled", "expired")
"""States of what was published."""

ALERT = Machine(
    "alert",
    ("draft",),
    {
        "revise": Transition(("draft",)),
        "submit": Transition(("draft",), "submitted"),
        "review": Transition(("submitted",)),
        "return": Transition(("submitted",), "draft"),
        "approve": Transition(("submitted",), "approved"),
        "approve_urgent": Transition(("draft",), "approved"),
        "post_review": Transition(("approved", *OUT, "discarded")),
        "publish": Transition(("approved",), "published"),
        "recall": Transition(("approved",), "discarded"),
        "discard": Transition(("draft", "submitted"), "discarded"),
        "forward": Transition(("draft", "submitted")),
        "link_incident": Transition(("draft", "submitted", "approved", *OUT)),
        "supersede": Transition(("published",), "superseded"),
        "cancel": Transition(("published",), "cancelled"),
        "expire": Transition(("published",), "expired"),
        "abort": (Transition(("draft", "submitted", "approved"), "discarded"), Transition(("published",), "cancelled")),
    },
    by_itself=("supersede", "expire", "abort"),
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who takes a step."""

    id: str
    org: str


@dataclass(frozen=True, slots=True)
class AlertSignature:
    """Who answered for exactly which content."""

    act: str
    signer: str
    org: str
    sign_time: datetime
    content_hash: str
    remark: str = ""


@dataclass(slots=True, kw_only=True)
class Alert:
    """One message. `document` holds the bytes that went out; empty before."""

    id: str
    kind: str
    status: str
    exercise_id: str
    chain_id: str
    region_code: str
    content: AlertContent
    sender: str
    create_time: datetime
    update_time: datetime
    prior_id: str = ""
    version: int = 1
    state: str = "draft"
    editors: tuple[str, ...] = ()
    identifier: str = ""
    content_hash: str = ""
    signatures: tuple[AlertSignature, ...] = ()
    authority: str = ""
    urgent: bool = False
    post_review_due_time: datetime | None = None
    post_review_time: datetime | None = None
    incident: str = ""
    suggested_incidents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    target_population: int = 0
    reason: str = ""
    approve_time: datetime | None = None
    publish_time: datetime | None = None
    end_time: datetime | None = None
    measures: tuple[LawMeasure, ...] = ()
    forwarded: bool = False
    document: bytes = b""
    told_ratio: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"alerts/{self.id}"

    @property
    def chain(self) -> str:
        """Its chain, by the first message."""
        return f"alerts/{self.chain_id}"

    @property
    def prior(self) -> str:
        """The message it updates or cancels."""
        return f"alerts/{self.prior_id}" if self.prior_id else ""

    @property
    def cap_status(self) -> str:
        """CAP status."""
        return STATUSES[self.status]

    @property
    def ends(self) -> bool:
        """It says all clear."""
        return self.kind == "cancel"

    @property
    def approver_org(self) -> str:
        """The organisation whose authority it goes out on; empty before its approval."""
        return next((each.org for each in reversed(self.signatures) if each.act in ("approve", "approve_urgent")), "")

    def drafted(self, editor: str) -> facts.AlertDrafted:
        """A new draft. An exercise names its exercise; what is not actual carries a note (C19)."""
        if (self.status == "exercise") != bool(self.exercise_id):
            raise errors.status_and_exercise()
        self.editors = (editor,)
        return facts.AlertDrafted(self.chain_id, self.chain, self.kind, self.content.event_code, self.content.level)

    def revise(self, content: AlertContent, editor: str) -> None:
        """Other words; everybody who wrote them counts as editor."""
        self.state = ALERT.next(self.state, "revise")
        self.content = content
        self.editors = tuple(dict.fromkeys((*self.editors, editor)))

    def submit(self, content: AlertContent, content_hash: str, by: Signer, now: datetime) -> facts.AlertSubmitted:
        """Hand it to whoever approves; the content is complete and passed the rules."""
        self.state = ALERT.next(self.state, "submit")
        self._check_note()
        self.content, self.content_hash, self.reason = content, content_hash, ""
        self.editors = tuple(dict.fromkeys((*self.editors, by.id)))
        self._sign("submit", by, now)
        return facts.AlertSubmitted(self.chain_id, self.chain, self.kind, content.event_code, content.level, content_hash)

    def review(self, by: Signer, remark: str, now: datetime) -> facts.AlertReviewed:
        """审核 by somebody who did not write it."""
        self.state = ALERT.next(self.state, "review")
        if by.id in self.editors:
            raise errors.separation_of_duty("edit", "review")
        self._sign("review", by, now, remark)
        return facts.AlertReviewed(self.chain_id, self.chain, self.content_hash)

    def return_(self, reason: str, by: Signer) -> facts.AlertReturned:
        """Back to its editor; signatures under the returned content are void."""
        self.state = ALERT.next(self.state, "return")
        self.reason, self.content_hash, self.signatures = f"{reason}（{by.org}）" if by.org else reason, "", ()
        return facts.AlertReturned(self.chain_id, self.chain, reason)

    def approve(self, by: Signer, seen_hash: str, authority: str, remark: str, now: datetime) -> facts.AlertApproved:
        """签发 of exactly this content, by somebody who neither wrote nor reviewed it."""
        self.state = ALERT.next(self.state, "approve")
        if by.id in self.editors:
            raise errors.separation_of_duty("edit", "approve")
        if any(each.act == "review" and each.signer == by.id for each in self.signatures):
            raise errors.separation_of_duty("review", "approve")
        if not seen_hash:
            raise errors.content_hash_needed()
        if seen_hash != self.content_hash:
            raise errors.other_content(seen_hash, self.content_hash)
        return self._approved("approve", by, authority, remark, now)

    def approve_urgent(self, content: AlertContent, content_hash: str, by: Signer, authority: str, remark: str, now: datetime) -> facts.AlertApproved:
        """One person alone; a review is owed within 24 hours (DOMAIN § 0, 10)."""
        self.state = ALERT.next(self.state, "approve_urgent")
        self._check_note()
        self.content, self.content_hash, self.urgent = content, content_hash, True
        self.post_review_due_time = now + POST_REVIEW_WITHIN
        return self._approved("approve_urgent", by, authority, remark, now)

    def _approved(self, act: str, by: Signer, authority: str, remark: str, now: datetime) -> facts.AlertApproved:
        self.authority, self.approve_time = authority, now
        self._sign(act, by, now, remark)
        content = self.content
        due = self.post_review_due_time
        return facts.AlertApproved(self.chain_id, self.chain, content.event_code, content.level, self.content_hash, self.urgent, due, authority)

    def post_review(self, by: Signer, remark: str, now: datetime) -> facts.AlertPostReviewed:
        """Pay the debt of an urgent approval: by somebody else."""
        self.state = ALERT.next(self.state, "post_review")
        if self.post_review_due_time is None or self.post_review_time is not None:
            raise errors.no_review_owed(self.name)
        if by.id in (*self.editors, *(each.signer for each in self.signatures)):
            raise errors.separation_of_duty("approve_urgent", "post_review")
        self.post_review_time = now
        self._sign("post_review", by, now, remark)
        return facts.AlertPostReviewed(self.chain_id, self.chain, now > self.post_review_due_time)

    def publish(self, found_hash: str, now: datetime) -> None:
        """What goes out is what was approved, and is not over yet; the caller fills in what follows from it."""
        self.state = ALERT.next(self.state, "publish")
        if found_hash != self.content_hash:
            raise errors.content_changed(self.content_hash, found_hash)
        if self.content.expire_time is not None and now >= self.content.expire_time:
            raise errors.already_expired(self.content.expire_time.isoformat())

    def recall(self, reason: str) -> facts.AlertDiscarded:
        """Take it back before it is published."""
        return self._discard("recall", reason)

    def discard(self, reason: str) -> facts.AlertDiscarded:
        """Drop it."""
        return self._discard("discard", reason)

    def _discard(self, command: str, reason: str) -> facts.AlertDiscarded:
        self.state = ALERT.next(self.state, command)
        self.reason = reason
        return facts.AlertDiscarded(self.chain_id, self.chain, reason)

    def forward(self, reason: str, upper_region: str, notice: str) -> facts.AlertForwarded:
        """Ask the upper government to issue it."""
        self.state = ALERT.next(self.state, "forward")
        self.forwarded = True
        return facts.AlertForwarded(self.chain_id, self.chain, self.content.event_code, self.content.level, upper_region, reason, notice)

    def supersede(self, by: "Alert", now: datetime) -> facts.AlertSuperseded | facts.AlertCancelled:
        """A published message that references it replaces or ends it."""
        self.state = ALERT.next(self.state, "cancel" if by.ends else "supersede")
        self.end_time = now
        content = self.content
        if by.ends:
            return facts.AlertCancelled(self.chain_id, self.chain, by.name, content.event_code, content.level, self.regions)
        return facts.AlertSuperseded(self.chain_id, self.chain, by.name, content.event_code, content.level, by.content.level, self.regions)

    def expire(self, now: datetime) -> facts.AlertExpired:
        """Its time ran out."""
        self.state = ALERT.next(self.state, "expire")
        self.end_time = now
        return facts.AlertExpired(self.chain_id, self.chain, self.content.event_code, self.content.level, self.regions)

    def abort(self, reason: str, now: datetime) -> facts.AlertDiscarded | facts.AlertCancelled:
        """Its exercise gives way to a real event (DOMAIN § 2.1)."""
        was_out = self.state == "published"
        self.state = ALERT.next(self.state, "abort")
        self.reason = reason
        if not was_out:
            return facts.AlertDiscarded(self.chain_id, self.chain, reason)
        self.end_time = now
        return facts.AlertCancelled(self.chain_id, self.chain, "", self.content.event_code, self.content.level, self.regions, reason)

    def link_incident(self, incident: str) -> facts.AlertIncidentLinked:
        """It belongs to this incident."""
        self.state = ALERT.next(self.state, "link_incident")
        self.incident = incident
        return facts.AlertIncidentLinked(self.chain_id, self.chain)

    def suggest_incident(self, incident: str) -> facts.AlertIncidentSuggested | None:
        """An incident may belong to it; None when that is known."""
        if incident in (self.incident, *self.suggested_incidents):
            return None
        self.suggested_incidents = (*self.suggested_incidents, incident)
        return facts.AlertIncidentSuggested(self.chain_id, self.chain, incident)

    def follow_merge(self, merged: str, target: str) -> facts.AlertIncidentLinked | facts.AlertIncidentSuggested | None:
        """并案: whatever was said of the merged incident holds for the one that stays. None when nothing was, or nothing can be said any more."""
        linked, suggested = self.incident == merged, merged in self.suggested_incidents
        if not (linked or suggested) or "link_incident" not in ALERT.allowed(self.state):
            return None
        self.incident = target if linked else self.incident
        known = dict.fromkeys(target if each == merged else each for each in self.suggested_incidents)
        self.suggested_incidents = tuple(each for each in known if each != self.incident)
        if linked:
            return facts.AlertIncidentLinked(self.chain_id, self.chain)
        return facts.AlertIncidentSuggested(self.chain_id, self.chain, target) if target in self.suggested_incidents else None

    def _check_note(self) -> None:
        if self.status != "actual" and not self.content.note.strip():
            raise errors.note_missing()

    def _sign(self, act: str, by: Signer, now: datetime, remark: str = "") -> None:
        self.signatures = (*self.signatures, AlertSignature(act, by.id, by.org, now, self.content_hash, remark))
