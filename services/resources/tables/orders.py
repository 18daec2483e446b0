"""Orders: transfers, calls on agreements, donations, requisitions, censuses, pre-positions, standbys."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from services.resources.model.census import CENSUS, Census
from services.resources.model.position import PRE_POSITION, STANDBY, PrePosition, StandbyOrder, StandbyRule
from services.resources.model.requisition import REQUISITION, Requisition
from services.resources.model.supply import CALL_OFF, DONATION, CallOff, Donation, ReserveAgreement
from services.resources.model.transfer import ASKED_OF, TRANSFER, Transfer
from services.resources.tables.base import not_negative, one_of, record_table

transfer = record_table(
    "transfer",
    Transfer,
    one_of("state", TRANSFER.states),
    one_of("asked_of", ASKED_OF),
    CheckConstraint("verbal OR approver = '' OR approver <> requester", name="two_persons"),
    Index("ix_transfer_create_at", "create_at", "id"),
    Index("ix_transfer_incident", "incident", postgresql_where="incident <> ''"),
)

reserve_agreement = record_table(
    "reserve_agreement",
    ReserveAgreement,
    *not_negative("price_fen", "breaches"),
    Index("ix_reserve_agreement_item_id", "item_id"),
    references={"store_id": "store.id", "item_id": "item.id"},
)

call_off = record_table(
    "call_off",
    CallOff,
    one_of("state", CALL_OFF.states),
    *not_negative("cost_fen"),
    Index("ix_call_off_create_at", "create_at", "id"),
    references={"reserve_agreement_id": "reserve_agreement.id"},
)

donation = record_table("donation", Donation, one_of("state", DONATION.states), Index("ix_donation_create_at", "create_at", "id"))

requisition = record_table(
    "requisition",
    Requisition,
    one_of("state", REQUISITION.states),
    *not_negative("assessed_fen", "paid_fen"),
    CheckConstraint("state <> 'closed' OR decision <> ''", name="decided"),
    CheckConstraint("state <> 'closed' OR condition = 'good' OR payment <> ''", name="compensated"),
    Index("ix_requisition_create_at", "create_at", "id"),
    Index("ix_requisition_incident", "incident"),
)

census = record_table(
    "census",
    Census,
    one_of("state", CENSUS.states),
    CheckConstraint("reviewer = '' OR reviewer <> counter", name="two_persons"),
    UniqueConstraint("store_id", "half"),
    Index("ix_census_create_at", "create_at", "id"),
    references={"store_id": "store.id"},
)

pre_position = record_table("pre_position", PrePosition, one_of("state", PRE_POSITION.states), Index("ix_pre_position_create_at", "create_at", "id"))
standby_order = record_table("standby_order", StandbyOrder, one_of("state", STANDBY.states), Index("ix_standby_order_create_at", "create_at", "id"))
standby_rule = record_table("standby_rule", StandbyRule, CheckConstraint("level BETWEEN 1 AND 4", name="level"), references={"item_id": "item.id"})
