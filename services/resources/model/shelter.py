"""Shelters 避难场所 (DOMAIN § 2.2, R-S1 … R-S3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.record import Record

LEVELS = ("province", "city", "county", "town", "village")
KINDS = ("emergency", "short_term", "medium_term", "long_term", "centre")
NEEDED = ("sleeping", "water", "toilets")
"""Functions without which no shelter that people stay in is fit (RS-23); an emergency shelter needs none."""
TAKES_IN = ("open", "full")
_WORKING = ("ready", "maintenance", "preparing", "open", "full", "closing")

SHELTER = Machine(
    "shelter",
    ("planned",),
    {
        "commission": Transition(("planned",), "ready"),
        "maintain": Transition(("ready",), "maintenance"),
        "finish_maintenance": Transition(("maintenance",), "ready"),
        "prepare": Transition(("ready",), "preparing"),
        "open": Transition(("ready", "preparing"), "open"),
        "fill": Transition(("open",), "full"),
        "empty": Transition(("full",), "open"),
        "close": Transition(("open", "full"), "closing"),
        "restore": Transition(("closing",), "ready"),
        "damage": Transition(("planned", *_WORKING), "damaged"),
        "repair": Transition(("damaged",), "maintenance"),
        "check_in": Transition(TAKES_IN),
        "check_out": Transition((*TAKES_IN, "closing", "damaged")),
    },
    by_itself=("fill", "empty"),
)


STAY = Machine("stay", ("present",), {"check_out": Transition(("present",), "left"), "plan_onward": Transition(("present",))})


@dataclass(frozen=True, slots=True)
class ShelterReady:
    """It may be used."""

    key: str
    display_name: str
    capacity: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class ShelterUnavailable:
    """It is being maintained."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShelterPreparing:
    """It is being prepared."""

    key: str
    basis: str


@dataclass(frozen=True, slots=True)
class ShelterOpened:
    """It is open."""

    key: str
    display_name: str
    capacity: int
    lon: float
    lat: float
    address: str


@dataclass(frozen=True, slots=True)
class ShelterFull:
    """It is full."""

    key: str
    occupancy: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ShelterHasSpace:
    """It has space again."""

    key: str
    occupancy: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ShelterOverflow:
    """People were taken in beyond its capacity."""

    key: str
    occupancy: int
    capacity: int
    nearest: str


@dataclass(frozen=True, slots=True)
class ShelterClosing:
    """It is closing."""

    key: str
    occupancy: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ShelterClosed:
    """It is empty, counted and clean."""

    key: str
    purge_at: datetime


@dataclass(frozen=True, slots=True)
class ShelterDamaged:
    """It is damaged."""

    key: str
    reason: str
    occupancy: int


@dataclass(frozen=True, slots=True)
class ShelterInspectionRequired:
    """It must be inspected before it is used."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShelterInspected:
    """It was inspected."""

    key: str
    safe: bool


@dataclass(frozen=True, slots=True)
class StaysPurged:
    """The personal data of those who stayed was erased."""

    key: str
    stays: int


@dataclass(slots=True, kw_only=True)
class Shelter(Record):
    """A place where people find safety; `inspection_reason` says why it must be inspected before use, empty when it need not."""

    COLLECTION: ClassVar[str] = "shelters"
    state: str = "planned"
    display_name: str
    display_name_en: str = ""
    level: str
    kind: str
    indoor: bool
    region_code: str
    lon: float
    lat: float
    address: str = ""
    area_m2: int | None = None
    capacity: int
    functions: list[str] = field(default_factory=list)
    entrances: int = 0
    sign: bool = False
    site_plan: bool = False
    published: bool = False
    key_holder: str = ""
    key_holder_phone: str = ""
    accessible: bool = False
    occupancy: int = 0
    keeper: str = ""
    inspection_reason: str = ""
    inspected_by: str = ""
    inspect_at: datetime | None = None
    basis: str = ""
    incident: str = ""
    exercise_id: str = ""
    purge_at: datetime | None = None

    @property
    def space(self) -> int:
        """Persons it still takes."""
        return max(0, self.capacity - self.occupancy)

    def _ready(self) -> ShelterReady:
        return ShelterReady(self.id, self.display_name, self.capacity, self.lon, self.lat)

    def commission(self) -> ShelterReady:
        """planned → ready: functions, sign, site plan and publication are there."""
        self.state = SHELTER.next(self.state, "commission")
        needed = () if self.kind == "emergency" else NEEDED
        missing = [name for name in needed if name not in self.functions]
        missing += [name for name in ("sign", "site_plan", "published") if not getattr(self, name)]
        if missing:
            raise errors.shelter_not_fit(missing)
        return self._ready()

    def maintain(self, reason: str) -> ShelterUnavailable:
        """ready → maintenance."""
        self.state = SHELTER.next(self.state, "maintain")
        return ShelterUnavailable(self.id, reason)

    def finish_maintenance(self) -> ShelterReady:
        """maintenance → ready."""
        self.state = SHELTER.next(self.state, "finish_maintenance")
        return self._ready()

    def prepare(self, basis: str, *, in_force: bool) -> ShelterPreparing:
        """ready → preparing: an alert of level I or II, or an activation, is in force."""
        self.state = SHELTER.next(self.state, "prepare")
        if not in_force:
            raise errors.prepare_basis_required()
        self.basis = basis
        return ShelterPreparing(self.id, basis)

    def open(self, keeper: str, incident: str, exercise_id: str, *, keeper_present: bool) -> ShelterOpened:
        """ready, preparing → open: the keeper is there; a building was inspected after an earthquake."""
        self.state = SHELTER.next(self.state, "open")
        if not keeper_present:
            raise errors.keeper_absent()
        if self.unsafe:
            raise errors.safety_inspection_required(self.inspection_reason)
        if exercise_id != self.exercise_id:
            raise errors.exercise_mismatch(self.name)
        self.keeper, self.incident, self.purge_at = keeper, incident, None
        return ShelterOpened(self.id, self.display_name, self.capacity, self.lon, self.lat, self.address)

    @property
    def unsafe(self) -> bool:
        """A building that waits for its inspection after an earthquake."""
        return self.indoor and bool(self.inspection_reason)

    def check_in(self, count: int, caller: str, nearest: str, *, overflow: bool) -> list[object]:
        """Take people in, not into a building that waits for its inspection; beyond capacity only knowingly and by the keeper, who is told where there is
        space (A13).
        """
        self.state = SHELTER.next(self.state, "check_in")
        if self.unsafe:
            raise errors.safety_inspection_required(self.inspection_reason, nearest)
        beyond = self.occupancy + count > self.capacity
        if beyond and not overflow:
            raise errors.overflow_not_confirmed(self.capacity, self.occupancy, nearest)
        if beyond and caller != self.keeper:
            raise errors.overflow_keeper_only(self.keeper)
        self.occupancy += count
        events: list[object] = [ShelterOverflow(self.id, self.occupancy, self.capacity, nearest)] if beyond else []
        return [*self.level_again(), *events]

    def check_out(self, count: int) -> list[object]:
        """People leave."""
        SHELTER.next(self.state, "check_out")
        self.occupancy -= count
        return self.level_again()

    def level_again(self) -> list[object]:
        """open ↔ full, by itself."""
        if self.state == "open" and self.occupancy >= self.capacity:
            self.state = SHELTER.next(self.state, "fill")
            return [ShelterFull(self.id, self.occupancy, self.capacity)]
        if self.state == "full" and self.occupancy < self.capacity:
            self.state = SHELTER.next(self.state, "empty")
            return [ShelterHasSpace(self.id, self.occupancy, self.capacity)]
        return []

    def close(self, without_place: int) -> ShelterClosing:
        """open, full → closing: everybody has an onward place."""
        self.state = SHELTER.next(self.state, "close")
        if without_place:
            raise errors.occupants_without_place(without_place)
        return ShelterClosing(self.id, self.occupancy, self.capacity)

    def restore(self, purge_at: datetime, *, stock_counted: bool, cleaned: bool) -> ShelterClosed:
        """closing → ready: empty, stock counted, cleaned; the purge of personal data is set."""
        self.state = SHELTER.next(self.state, "restore")
        if self.occupancy:
            raise errors.occupants_without_place(self.occupancy)
        if not (stock_counted and cleaned):
            raise errors.restore_incomplete()
        self.keeper, self.basis, self.purge_at = "", "", purge_at
        return ShelterClosed(self.id, purge_at)

    def damage(self, reason: str) -> ShelterDamaged:
        """any → damaged; those inside must be moved."""
        self.state = SHELTER.next(self.state, "damage")
        return ShelterDamaged(self.id, reason, self.occupancy)

    def repair(self) -> ShelterUnavailable:
        """damaged → maintenance."""
        self.state = SHELTER.next(self.state, "repair")
        return ShelterUnavailable(self.id, "repair")

    def require_inspection(self, reason: str) -> ShelterInspectionRequired:
        """From now on it is inspected before it opens or stays open."""
        self.inspection_reason = reason
        return ShelterInspectionRequired(self.id, reason)

    def inspect(self, inspector: str, finding: str, now: datetime, *, safe: bool) -> list[object]:
        """Enter the result of an inspection; unsafe makes it damaged."""
        self.inspected_by, self.inspect_at, self.inspection_reason = inspector, now, ""
        inspected: list[object] = [ShelterInspected(self.id, safe)]
        return inspected if safe or self.state == "damaged" else [*inspected, self.damage(finding)]


@dataclass(slots=True, kw_only=True)
class Stay(Record):
    """A person or a group in a shelter. Person, telephone and needs are personal data, erased after the response (应对法 84-85)."""

    COLLECTION: ClassVar[str] = "stays"
    shelter_id: str
    person: str = ""
    phone: str = ""
    count: int
    special_needs: str = ""
    from_region_code: str = ""
    overflow: bool = False
    check_in_at: datetime
    check_out_at: datetime | None = None
    onward_place: str = ""
    purged: bool = False
    incident: str = ""
    exercise_id: str = ""
    region_code: str

    @property
    def state(self) -> str:
        """Present until they leave."""
        return "present" if self.check_out_at is None else "left"

    def leave(self, onward_place: str, now: datetime) -> None:
        """They leave."""
        STAY.next(self.state, "check_out")
        self.check_out_at, self.onward_place = now, onward_place

    def go_on(self, onward_place: str) -> None:
        """It is known where they will go."""
        STAY.next(self.state, "plan_onward")
        self.onward_place = onward_place
