"""Lots and the book as pure things: any sequence of promises and postings, checked after every step."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.errors import DomainError
from services.resources.model.catalogue import Item
from services.resources.model.movement import CONSUMED, SUPPLIER, Entry, check_balance, issued_to, moved
from services.resources.model.stock import HARD, SOFT, Lot

NOW = datetime(2026, 9, 10, tzinfo=UTC)
TODAY = date(2026, 9, 10)
QUANTITIES = st.decimals(min_value="0.001", max_value="500", places=3)


def lot(lot_id: str = "a", on_hand: str = "0", expire_date: date | None = None) -> Lot:
    """A lot of foam."""
    return Lot(
        id=lot_id, create_at=NOW, update_at=NOW, store_id="sd", item_id="foam", mode="physical", region_code="640202", on_hand=Decimal(on_hand),
        expire_date=expire_date,
    )  # fmt: skip


class Book(RuleBasedStateMachine):
    """Two lots, one holder, the world outside; whatever happens the sum of all accounts stays zero and no lot falls below what is promised."""

    def __init__(self) -> None:
        super().__init__()
        self.lots = {name: lot(name) for name in ("a", "b")}
        self.accounts: dict[str, Decimal] = {}

    def _post(self, entries: list[Entry]) -> None:
        check_balance(entries)
        for entry in entries:
            if entry.lot_id:
                self.lots[entry.lot_id].move(entry.quantity)
            self.accounts[entry.account] = self.accounts.get(entry.account, Decimal(0)) + entry.quantity

    @rule(name=st.sampled_from("ab"), quantity=QUANTITIES)
    def receive(self, name: str, quantity: Decimal) -> None:
        self._post(moved(SUPPLIER, self.lots[name].account, "foam", quantity))

    @rule(name=st.sampled_from("ab"), quantity=QUANTITIES)
    def reserve(self, name: str, quantity: Decimal) -> None:
        place, before = self.lots[name], self.lots[name].available(TODAY)
        if quantity <= before:
            place.free(place.reserve(quantity, TODAY), SOFT)
            return
        with pytest.raises(DomainError) as refused:
            place.reserve(quantity, TODAY)
        assert (refused.value.reason, Decimal(refused.value.details["available"])) == ("INSUFFICIENT", before)

    @rule(name=st.sampled_from("ab"), quantity=QUANTITIES)
    def hold(self, name: str, quantity: Decimal) -> None:
        if quantity <= self.lots[name].unclaimed(TODAY):
            self.lots[name].hold(quantity, TODAY)
            return
        with pytest.raises(DomainError):
            self.lots[name].hold(quantity, TODAY)

    @rule(name=st.sampled_from("ab"), share=st.integers(0, 4))
    def issue_what_is_reserved(self, name: str, share: int) -> None:
        place = self.lots[name]
        quantity = (place.reserved * share / 4).quantize(Decimal("0.001"))
        if 0 < quantity <= place.reserved:
            place.free(quantity, HARD)
            self._post(moved(place.account, issued_to("u"), "foam", quantity))

    @rule(share=st.integers(1, 4))
    def consume(self, share: int) -> None:
        held = self.accounts.get(issued_to("u"), Decimal(0))
        self._post(moved(issued_to("u"), CONSUMED, "foam", (held * share / 4).quantize(Decimal("0.001"))))

    @invariant()
    def conserved_and_never_negative(self) -> None:
        assert sum(self.accounts.values(), Decimal(0)) == 0
        for place in self.lots.values():
            assert place.on_hand == self.accounts.get(place.account, Decimal(0))
            assert min(place.on_hand, place.reserved, place.held, place.available(TODAY), place.unclaimed(TODAY)) >= 0
            assert place.reserved + place.held <= place.on_hand


TestBook = Book.TestCase


def test_a_posting_that_does_not_balance_is_refused() -> None:
    with pytest.raises(DomainError, match="LEDGER_UNBALANCED"):
        check_balance([*moved("supplier", "lot:a", "foam", Decimal(3)), Entry("lot:a", "tent", Decimal(1))])


def test_expired_stock_is_not_available_after_its_last_day() -> None:
    old = lot(on_hand="10", expire_date=TODAY)
    assert old.available(TODAY) == 10
    assert old.available(date(2026, 9, 11)) == 0
    with pytest.raises(DomainError, match="INSUFFICIENT"):
        old.reserve(Decimal(1), date(2026, 9, 11))
    assert old.reserve(Decimal(1), date(2026, 9, 11), even_expired=True) == 0


@pytest.mark.parametrize(
    ("text", "decimals", "good"),
    [("1", 0, True), ("1.5", 0, False), ("1.50", 1, True), ("0", 0, False), ("-1", 0, False), ("1.0005", 3, False), ("1e3", 0, True), ("NaN", 0, False),
     ("Infinity", 0, False), ("x", 0, False), ("100", 0, True)],
)  # fmt: skip
def test_a_quantity_is_no_finer_than_its_item(text: str, decimals: int, good: bool) -> None:
    fixed: dict[str, Any] = {"id": "i", "create_at": NOW, "update_at": NOW, "code": "2030101", "code_source": "x", "display_name": "泡沫"}
    item = Item(**fixed, unit_of_measure="kg", decimals=decimals)
    if good:
        assert item.quantity(text) == Decimal(text)
        return
    with pytest.raises(DomainError, match="QUANTITY_FORM"):
        item.quantity(text)
