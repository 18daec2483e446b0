"""What every servicer of resources does around a call."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from google.protobuf.message import Message

from chassis.identity import Caller, current_call
from chassis.ids import checked_id, id_of
from chassis.journal import Transaction
from chassis.messages import Catalogue
from chassis.process import Parts
from services.resources.codec.fields import read, show

M = TypeVar("M", bound=Message)
T = TypeVar("T")


class Door:
    """The parts a servicer works with."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock
        self._settings = parts.settings
        self._texts = Catalogue.load(parts.settings.messages_dir)

    @property
    def _caller(self) -> Caller:
        return current_call.get().caller

    async def _run(self, request: Any, answer: type[M], work: Callable[[Transaction], Awaitable[T]], encode: Callable[[T], M] | None = None) -> M:
        """Do a command once through the journal."""
        return await self._journal.run(request, answer, work, encode or partial(show, answer))

    async def _do(self, request: Any, answer: type[M], collection: str, work: Callable[[Transaction, str, str], Awaitable[Any]]) -> M:
        """Do a command on one resource: `work` gets the transaction, the id and the etag."""
        record_id = id_of(request.name, collection)
        return await self._run(request, answer, lambda tx: work(tx, record_id, request.etag))

    async def _new(
        self, request: Any, answer: type[M], id_field: str, kind: type[T], work: Callable[[Transaction, T], Awaitable[Any]], inner: str = "", **given: Any
    ) -> M:
        """Make a new one: `kind` is read from the request, or from its field `inner`; `given` is what no caller may set."""
        record_id = checked_id(getattr(request, id_field), id_field)

        def made(tx: Transaction) -> T:
            source = getattr(request, inner) if inner else request
            return read(source, kind, id=record_id, create_at=tx.now, update_at=tx.now, **given)

        return await self._run(request, answer, lambda tx: work(tx, made(tx)))


def optional_id(name: str, collection: str, field: str) -> str:
    """The id of a reference that may be empty."""
    return id_of(name, collection, field) if name else ""
