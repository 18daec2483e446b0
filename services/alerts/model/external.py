"""External alerts 外部预警: messages of somebody else, held with every finding. Their level is a suggestion and activates nothing (DOMAIN § 4.1)."""

from dataclasses import dataclass, field
from datetime import datetime

from chassis.states import Machine, Transition
from services.alerts.cap.findings import Finding
from services.alerts.model import facts

EXTERNAL = Machine(
    "external_alert",
    ("accepted", "quarantined", "rejected"),
    {
        "accept": Transition(("quarantined",), "accepted"),
        "reject": Transition(("quarantined",), "rejected"),
        "displace": Transition(("accepted", "superseded", "cancelled"), "rejected"),
        "supersede": Transition(("accepted",), "superseded"),
        "cancel": Transition(("accepted",), "cancelled"),
    },
    by_itself=("displace", "supersede", "cancel"),
)


@dataclass(frozen=True, slots=True)
class CapFinding:
    """What a rule found."""

    rule: str
    error: bool
    path: str
    reason: str
    details: dict[str, str] = field(default_factory=dict)


def noted(finding: Finding) -> CapFinding:
    """A finding of the rules as it is kept."""
    return CapFinding(finding.rule, finding.severity == "error", finding.path, finding.key, dict(finding.details))


@dataclass(frozen=True, slots=True)
class CapReference:
    """An earlier message by the three fields that name it."""

    sender: str
    identifier: str
    sent_time: datetime


@dataclass(slots=True, kw_only=True)
class ExternalAlert:
    """One message. `fingerprint` is the hash of its content; `document` its canonical form, empty when nothing could be read."""

    id: str
    sender: str
    identifier: str
    sent_time: datetime | None
    status: str
    msg_type: str
    create_time: datetime
    region_code: str
    fingerprint: str
    chain_id: str
    event: str = ""
    event_code: str = ""
    level: int = 9
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    area_description: str = ""
    regions: tuple[str, ...] = ()
    onset_time: datetime | None = None
    expire_time: datetime | None = None
    show_until_time: datetime | None = None
    findings: tuple[CapFinding, ...] = ()
    cap_references: tuple[CapReference, ...] = ()
    concerns_district: bool = False
    judge: str = ""
    judge_reason: str = ""
    content_type: str = ""
    source: str = ""
    document: bytes = b""
    ended: tuple[str, ...] = ()
    state: str = "accepted"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"externalAlerts/{self.id}"

    @property
    def chain(self) -> str:
        """Its chain, by the first message."""
        return f"externalAlerts/{self.chain_id}"

    @property
    def references(self) -> tuple[str, ...]:
        """Messages it replaced or ended, those that are known."""
        return self.ended

    @property
    def replaces(self) -> bool:
        """It ends what it references: an Ack or an Error ends nothing."""
        return self.msg_type in ("Update", "Cancel")

    def received(self) -> facts.ExternalAlertReceived:
        """It was accepted."""
        warnings = tuple(dict.fromkeys(finding.rule for finding in self.findings if not finding.error))
        return facts.ExternalAlertReceived(
            self.chain_id, self.chain, self.sender, self.identifier, self.status, self.msg_type, self.event_code, self.event, self.level, self.headline,
            self.regions, self.concerns_district, self.show_until_time, self.ended, warnings,
        )  # fmt: skip

    def rejected(self) -> facts.ExternalAlertRejected:
        """It was refused, or put in quarantine."""
        rules = tuple(dict.fromkeys(finding.rule for finding in self.findings if finding.error))
        return facts.ExternalAlertRejected(self.chain_id, self.chain, self.sender, self.identifier, self.state == "quarantined", rules)

    def judged(self, command: str, judge: str, reason: str) -> None:
        """A person decided on it in quarantine."""
        self.state = EXTERNAL.next(self.state, command)
        self.judge, self.judge_reason = judge, reason

    def end_by(self, other: "ExternalAlert") -> None:
        """Another message replaced or ended it."""
        self.state = EXTERNAL.next(self.state, "supersede" if other.msg_type == "Update" else "cancel")
