"""Everything resources refuses, with its stable reason."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from chassis.errors import DomainError, Kind, guard, invalid


def insufficient(item: str, requested: Decimal, available: Decimal, alternatives: Iterable[str] = ()) -> DomainError:
    """There is less than asked for; says what there truly is, and where else to look (B10)."""
    other = list(alternatives)
    return DomainError(Kind.CONFLICT, "INSUFFICIENT", item=item, requested=plain(requested), available=plain(available), alternatives=other)


def plain(quantity: Decimal) -> str:
    """A quantity without exponent and without idle zeros."""
    return format(quantity.normalize(), "f") if quantity else "0"


def separation_of_duty(author: str) -> DomainError:
    """The one who did the first half may not do the second (DOMAIN § 2.0)."""
    return DomainError(Kind.FORBIDDEN, "SEPARATION_OF_DUTY", author=author)


def keeper_counts(keeper: str) -> DomainError:
    """Who keeps a store never counts it (DOMAIN § 2.0)."""
    return DomainError(Kind.FORBIDDEN, "KEEPER_COUNTS", keeper=keeper)


def quantity_form(field: str, value: str, decimals: int) -> DomainError:
    """A quantity is more than nothing and has no more decimals than its item."""
    return invalid(field, "QUANTITY_FORM", value=value, decimals=decimals)


def kind_not_postable(kind: str) -> DomainError:
    """The kind is posted by its own order, not by hand."""
    return invalid("kind", "KIND_NOT_POSTABLE", movement=kind)


def lot_expired(lot: str, expire_date: object) -> DomainError:
    """Expired stock is not handed out."""
    return guard("LOT_EXPIRED", lot=lot, expire_date=expire_date)


def holding_too_small(holder: str, item: str, held: Decimal) -> DomainError:
    """More comes back or is used up than the holder ever got."""
    return DomainError(Kind.CONFLICT, "HOLDING_TOO_SMALL", holder=holder, item=item, held=plain(held))


def exercise_mismatch(name: str) -> DomainError:
    """Exercises move only their own stock, real orders only real stock."""
    return guard("EXERCISE_MISMATCH", name=name)


def exercise_fixed(field: str, exercise: str) -> DomainError:
    """What was made for an exercise, or for real, stays so."""
    return guard("EXERCISE_FIXED", field=field, exercise=exercise)


def partial_reason_required(item: str) -> DomainError:
    """Less than asked for is approved only with a reason (transition requested → approved)."""
    return guard("PARTIAL_REASON_REQUIRED", field="reason", item=item)


def line_unknown(item: str) -> DomainError:
    """The order has no line of this item."""
    return invalid("lines", "LINE_UNKNOWN", item=item)


def wrong_lot(lot: str, item: str) -> DomainError:
    """The lot holds another item."""
    return guard("WRONG_LOT", field="lines", lot=lot, item=item)


def line_twice(item: str) -> DomainError:
    """An order has one line for each item."""
    return invalid("lines", "LINE_TWICE", item=item)


def own_stock_statement_required() -> DomainError:
    """The level above is asked only with a statement of the own stock (R-M1)."""
    return guard("OWN_STOCK_STATEMENT_REQUIRED", field="own_stock")


def receiving_place_required() -> DomainError:
    """A transfer or call goes somewhere: a store, or a place with its region."""
    return guard("RECEIVING_PLACE_REQUIRED", field="place")


def shipping_fields_missing(missing: Iterable[str]) -> DomainError:
    """The order names consignee, place, goods and both contacts before anything leaves (R-M3)."""
    return guard("SHIPPING_FIELDS_MISSING", missing=list(missing))


def reusables_not_counted(item: str, out: Decimal) -> DomainError:
    """Reusables come back or are written off with approval before a transfer closes."""
    return guard("REUSABLES_NOT_COUNTED", item=item, out=plain(out))


def nothing_owed(name: str) -> DomainError:
    """There is no paper to file."""
    return guard("NOTHING_OWED", name=name)


def decision_missing() -> DomainError:
    """A requisition closes only with its written decision (应对法 12)."""
    return guard("DECISION_MISSING")


def take_over_needed(missing: Iterable[str]) -> DomainError:
    """Handing over needs list, both signatures and photographs."""
    return guard("TAKE_OVER_INCOMPLETE", missing=list(missing))


def not_urgent() -> DomainError:
    """Taking over before the decision must be said to be urgent."""
    return guard("NOT_DECLARED_URGENT", field="urgent")


def census_incomplete(missing: Iterable[str]) -> DomainError:
    """Every lot of the store is counted before the review."""
    return guard("CENSUS_INCOMPLETE", missing=list(missing))


def lot_elsewhere(lot: str, store: str) -> DomainError:
    """The lot lies in another store than the one that is counted."""
    return guard("LOT_ELSEWHERE", lot=lot, store=store)


def counter_only(counter: str) -> DomainError:
    """One person counts a store; another one reviews."""
    return DomainError(Kind.FORBIDDEN, "COUNTED_BY_ANOTHER", counter=counter)


def agreement_expired(name: str, valid_until: object) -> DomainError:
    """The agreement is no longer in force."""
    return guard("AGREEMENT_EXPIRED", name=name, valid_until=valid_until)


def nothing_to_position() -> DomainError:
    """A pre-position has units, stock or both."""
    return guard("NOTHING_TO_POSITION", field="units")


def unit_not_registered(unit: str) -> DomainError:
    """The unit is not in the register."""
    return guard("UNIT_NOT_REGISTERED", field="units", unit=unit)


def used_more_than_taken(item: str, taken: Decimal) -> DomainError:
    """Consumed and lost together cannot exceed what was taken along."""
    return guard("USED_MORE_THAN_TAKEN", item=item, taken=plain(taken))


def team_too_small(members: int, least: int) -> DomainError:
    """Town teams have at least 30 members, village teams at least 10 (RS-15, RS-16)."""
    return guard("TEAM_TOO_SMALL", field="team.members_count", members=members, least=least)


def military_contact_only(fields: Iterable[str]) -> DomainError:
    """Of the military only the contact is kept: no strength, equipment or place (DOMAIN § 0.8)."""
    return guard("MILITARY_CONTACT_ONLY", fields=list(fields))


def team_has_units(units: int) -> DomainError:
    """Units leave the register before their team."""
    return guard("TEAM_HAS_UNITS", units=units)


def team_retired(team: str) -> DomainError:
    """The team is no longer in the register."""
    return guard("TEAM_RETIRED", team=team)


def unit_in_field(unit: str, status: str) -> DomainError:
    """A unit that works does not leave the register."""
    return guard("UNIT_IN_FIELD", unit=unit, status=status)


def shelter_not_fit(missing: Iterable[str]) -> DomainError:
    """A shelter goes into service with its functions, sign, site plan and publication (RS-23, RS-24)."""
    return guard("SHELTER_NOT_FIT", missing=list(missing))


def prepare_basis_required() -> DomainError:
    """Preparing needs an alert of level I or II, or an activation (应对法 67(2))."""
    return guard("PREPARE_BASIS_REQUIRED", field="basis")


def keeper_absent() -> DomainError:
    """A shelter opens only with its keeper present."""
    return guard("KEEPER_ABSENT", field="keeper_present")


def safety_inspection_required(reason: str, nearest: str = "") -> DomainError:
    """After an earthquake a building is inspected before it is used (震后必须先鉴定); says which safe shelter has room, where one is known."""
    return guard("SAFETY_INSPECTION_REQUIRED", reason_given=reason, nearest=nearest or "-")


def occupants_without_place(people: int) -> DomainError:
    """A shelter closes when everybody has an onward place."""
    return guard("OCCUPANTS_WITHOUT_PLACE", people=people)


def restore_incomplete() -> DomainError:
    """Stock counted and cleaned before it is ready again."""
    return guard("RESTORE_INCOMPLETE")


def overflow_not_confirmed(capacity: int, occupancy: int, nearest: str) -> DomainError:
    """Beyond capacity people are taken in only knowingly; says where there is space, so that nobody is turned away silently (A13)."""
    return guard("OVERFLOW_NOT_CONFIRMED", field="overflow", capacity=capacity, occupancy=occupancy, nearest=nearest)


def overflow_keeper_only(keeper: str) -> DomainError:
    """Only the keeper takes people in beyond capacity."""
    return DomainError(Kind.FORBIDDEN, "OVERFLOW_KEEPER_ONLY", keeper=keeper)


def measure_required() -> DomainError:
    """Every risk has a measure (RS-26)."""
    return guard("MEASURE_REQUIRED", field="measures")


def not_major() -> DomainError:
    """Only a major danger is put under supervision 挂牌督办."""
    return guard("NOT_MAJOR")


def quantity_below_zero() -> DomainError:
    """The database itself refused stock below zero."""
    return DomainError(Kind.CONFLICT, "STOCK_BELOW_ZERO")


def ledger_unbalanced() -> DomainError:
    """The database itself refused a posting whose sides differ."""
    return DomainError(Kind.CONFLICT, "LEDGER_UNBALANCED")


def ledger_closed() -> DomainError:
    """The database itself refused to change what is posted."""
    return DomainError(Kind.CONFLICT, "LEDGER_CLOSED")


def census_exists() -> DomainError:
    """One census a store and half-year."""
    return DomainError(Kind.ALREADY_EXISTS, "CENSUS_EXISTS")


def reference_missing() -> DomainError:
    """What the record refers to is not there."""
    return guard("REFERENCE_MISSING")


CONSTRAINTS: Mapping[str, Callable[[], DomainError]] = {
    "ck_lot_on_hand": quantity_below_zero,
    "ck_lot_reserved": quantity_below_zero,
    "ck_lot_held": quantity_below_zero,
    "ck_lot_in_transit": quantity_below_zero,
    "ck_lot_promised": quantity_below_zero,
    "ck_holding_balance": quantity_below_zero,
    "ck_entry_balanced": ledger_unbalanced,
    "ck_entry_append_only": ledger_closed,
    "uq_census_store_id_half": census_exists,
    "fk_lot_store_id": reference_missing,
    "fk_lot_item_id": reference_missing,
    "fk_stock_quota_item_id": reference_missing,
    "fk_unit_team_id": reference_missing,
    "fk_reserve_agreement_store_id": reference_missing,
    "fk_reserve_agreement_item_id": reference_missing,
    "fk_census_store_id": reference_missing,
}
"""What each constraint of the database stands for."""
