"""A store over a table of its own: rows to aggregates and back, locks, versions, pages; and no statement is built for a plain command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, Numeric, String, Table, event
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import create_engine, key, metadata, moment
from chassis.errors import DomainError, Kind
from chassis.identity import Call, component
from chassis.journal import Transaction
from chassis.paging import page
from chassis.store import Store
from deploy.local.servers import EmbeddedPostgres
from tests.fixtures.postgres import clone

METADATA = metadata()
TABLE = Table(
    "box", METADATA, key(), Column("version", Integer, nullable=False), Column("region_code", String, nullable=False), moment("made_at"),
    Column("weight", Numeric(18, 3)), Column("labels", ARRAY(String), nullable=False), Column("parts", JSONB(none_as_null=True)),
    Column("heaviest", String, nullable=False),
)  # fmt: skip
START = datetime(2026, 7, 29, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    """Something in a box."""

    what: str
    weight: Decimal
    packed_at: datetime


@dataclass
class Box:
    """A box; `note` is kept nowhere."""

    id: str
    made_at: datetime = START
    labels: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    region_code: str = "640202"
    weight: Decimal | None = None
    note: str = ""
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"boxes/{self.id}"


def _read(values: dict[str, Any]) -> dict[str, Any]:
    del values["heaviest"]
    return values


def _write(box: Box) -> dict[str, Any]:
    return {"heaviest": max(box.parts, key=lambda part: part.weight).what if box.parts else ""}


BOXES = Store(TABLE, Box, "boxes", _read, _write, fixed=("made_at",))
FULL = Box("a", START, ("x", "y"), (Part("tent", Decimal("12.500"), START), Part("pump", Decimal(40), START)), weight=Decimal("52.500"))


@pytest.fixture
def url(postgres: EmbeddedPostgres) -> str:
    """An empty database."""
    return clone(postgres, None)


@pytest_asyncio.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database that holds the table only."""
    made = create_engine(url)
    async with made.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield made
    await made.dispose()


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[Transaction]:
    async with engine.begin() as connection:
        yield Transaction(connection, METADATA, START, Call(component("test"), "test"))


async def test_what_is_added_is_loaded_changed_and_saved_as_the_next_version(engine: AsyncEngine) -> None:
    async with _transaction(engine) as tx:
        await BOXES.add(tx, FULL, Box("b"))
    async with _transaction(engine) as tx:
        box = await BOXES.load(tx, "a", etag="1")
        assert box == FULL
        assert list(tx.before) == ["boxes/a"]
        box.parts, box.made_at = box.parts[:1], START + timedelta(days=1)
        await BOXES.save(tx, box)
        assert box.version == 2
    async with engine.connect() as connection:
        after = await BOXES.get(connection, "a")
        assert (after.version, after.parts, after.made_at) == (2, FULL.parts[:1], START), "a fixed column is never written again"
        assert [each.id for each in await BOXES.where(connection, TABLE.c.heaviest == "tent")] == ["a"]


async def test_an_old_version_is_refused_on_load_and_on_save(engine: AsyncEngine) -> None:
    async with _transaction(engine) as tx:
        await BOXES.add(tx, Box("a"))
        with pytest.raises(DomainError) as unloaded:
            await BOXES.load(tx, "a", etag="7")
        with pytest.raises(DomainError) as unsaved:
            await BOXES.save(tx, Box("a", version=7))
    assert {unloaded.value.kind, unsaved.value.kind} == {Kind.STALE}


async def test_what_is_not_there_is_named(engine: AsyncEngine) -> None:
    async with _transaction(engine) as tx:
        await BOXES.add(tx, Box("b"), Box("a"))
        assert await BOXES.find(tx, "z") is None
        assert list(await BOXES.find_all(tx, ["b", "z", "a", "b"])) == ["a", "b"]
        assert await BOXES.find_all(tx, []) == {}
        for refused in (BOXES.load(tx, "z"), BOXES.load_all(tx, ["a", "z"]), BOXES.get(tx.connection, "z")):
            with pytest.raises(DomainError) as refusal:
                await refused
            assert refusal.value.kind is Kind.NOT_FOUND
            assert "boxes/z" in refusal.value.details.values()


@pytest.mark.parametrize("by", ["", "made_at"])
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_show_everything_in_the_regions_once_and_in_order(engine: AsyncEngine, by: str, *, descending: bool) -> None:
    boxes = [Box(f"{number}", START + timedelta(hours=number // 2), region_code="640202" if number != 3 else "640300") for number in range(7)]
    async with _transaction(engine) as tx:
        await BOXES.add(tx, *boxes)
    token, shown = "", []
    async with engine.connect() as connection:
        while True:
            found, token = await BOXES.page_of(connection, page(2, token), BOXES.in_regions(("6402",)), by=by, descending=descending)
            shown += [each.id for each in found]
            if not token:
                break
    assert shown == sorted("012456", reverse=descending)
    async with engine.connect() as connection:
        assert await BOXES.page_of(connection, page(2, ""), BOXES.in_regions(())) == ([], "")  # no regions allow nothing, not everything


async def test_a_plain_command_compiles_nothing_and_asks_for_nothing_back(engine: AsyncEngine) -> None:
    sent: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any) -> None:
        sent.append((context.cache_hit.name, statement))

    for number in range(2):
        if number:
            event.listen(engine.sync_engine, "before_cursor_execute", note)
        async with _transaction(engine) as tx:
            await BOXES.add(tx, Box(f"a{number}"))
            await BOXES.save(tx, await BOXES.load(tx, f"a{number}"))
            await BOXES.find_all(tx, ["a0", "a1"][: number + 1])
            await BOXES.get(tx.connection, f"a{number}")
    assert [hit for hit, _ in sent] == ["CACHE_HIT"] * 5
    assert not any("RETURNING" in statement for _, statement in sent)
