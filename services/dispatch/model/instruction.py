"""Instruction 领导批示/上级指令: received, its receipt confirmed, carried out."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition

INSTRUCTION = Machine(
    "instruction", ("received",), {"acknowledge": Transition(("received",), "acknowledged"), "complete": Transition(("received", "acknowledged"), "completed")}
)


@dataclass(frozen=True, slots=True)
class InstructionReceived:
    """It came in."""

    instruction_id: str
    giver: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class InstructionAcknowledged:
    """Its receipt was confirmed."""

    instruction_id: str


@dataclass(frozen=True, slots=True)
class InstructionCompleted:
    """Carried out."""

    instruction_id: str
    result: str


@dataclass(slots=True, kw_only=True)
class Instruction:
    """An instruction in its own words."""

    id: str
    version: int = 1
    state: str = "received"
    created_at: datetime
    updated_at: datetime
    incident_id: str
    region_code: str
    exercise_id: str
    giver: str
    content: str
    received_at: datetime
    due_at: datetime | None
    recorder: str
    acknowledger: str = ""
    acknowledged_at: datetime | None = None
    result: str = ""
    completed_at: datetime | None = None

    @property
    def name(self) -> str:
        """Resource name."""
        return f"instructions/{self.id}"

    def received(self) -> InstructionReceived:
        """The fact of its coming in."""
        return InstructionReceived(self.id, self.giver, self.due_at)

    def acknowledge(self, by: str, now: datetime) -> InstructionAcknowledged:
        """Its receipt is confirmed to the giver."""
        self.state = INSTRUCTION.next(self.state, "acknowledge")
        self.acknowledger, self.acknowledged_at = by, now
        return InstructionAcknowledged(self.id)

    def complete(self, result: str, now: datetime) -> InstructionCompleted:
        """Carried out."""
        self.state = INSTRUCTION.next(self.state, "complete")
        self.result, self.completed_at = result, now
        return InstructionCompleted(self.id, result)
