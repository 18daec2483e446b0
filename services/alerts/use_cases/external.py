"""Taking in CAP messages of others: tolerant reading, a verdict for each message, repeats ignored (C06), superseding by reference only."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.paging import page
from services.alerts.cap import area, levels
from services.alerts.cap.event_codes import event_code_of
from services.alerts.cap.findings import CapRefused, LintReport, Verdict
from services.alerts.cap.lint import fingerprint, lint_incoming
from services.alerts.cap.parse import Parsed
from services.alerts.cap.unwrap import unwrap
from services.alerts.cap.validity import expires_at, shown_until
from services.alerts.cap.write import write
from services.alerts.model.external import CapFinding, CapReference, ExternalAlert
from services.alerts.model.external import noted as kept
from services.alerts.repository import EXTERNALS, conditions, queries
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.visibility import noted, visible

STATES = {Verdict.ACCEPT: "accepted", Verdict.QUARANTINE: "quarantined", Verdict.REJECT: "rejected"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one message."""

    alert: ExternalAlert
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a document."""

    results: tuple[Imported, ...]
    refused: tuple[CapFinding, ...] = ()
    links: tuple[str, ...] = ()


async def take_in(tx: Transaction, desk: Desk, document: bytes, content_type: str, source: str) -> Import:
    """Read a document and judge every message in it. What cannot be read at all is one rejected entry, never an error."""
    try:
        found = unwrap(document)
    except CapRefused as refusal:
        rejected = await _unreadable(tx, desk, document, refusal, content_type, source)
        return Import((Imported(rejected, duplicate=False),), (_refused(refusal),))
    ordered = sorted(range(len(found.messages)), key=lambda number: _name(found.messages[number]))
    for name in dict.fromkeys(_name(found.messages[number]) for number in ordered):
        await queries.lock(tx, name)
    results = [await _one(tx, desk, parsed, content_type, source) for parsed in found.messages]
    return Import(tuple(results), tuple(map(_refused, found.refused)), found.links)


def _name(parsed: Parsed) -> str:
    return f"external/{parsed.alert.sender}/{parsed.alert.identifier}"


def _refused(refusal: CapRefused) -> CapFinding:
    return CapFinding(refusal.rule, error=True, path="", reason=refusal.key, details=dict(refusal.details))


async def _unreadable(tx: Transaction, desk: Desk, document: bytes, refusal: CapRefused, content_type: str, source: str) -> ExternalAlert:
    alert_id = new_id()
    digest = hashlib.sha256(document).hexdigest()
    alert = ExternalAlert(
        id=alert_id, sender="", identifier="", sent_time=None, status="", msg_type="", create_time=tx.now, region_code=desk.district, fingerprint=digest,
        chain_id=alert_id, findings=(_refused(refusal),), content_type=content_type, source=source, state="rejected",
    )  # fmt: skip
    await EXTERNALS.add(tx, alert)
    return noted(tx, alert, alert.rejected())


async def _one(tx: Transaction, desk: Desk, parsed: Parsed, content_type: str, source: str) -> Imported:
    print_ = fingerprint(parsed.alert)
    held = await queries.held(tx, parsed.alert.sender, parsed.alert.identifier)
    same = next((each for each in held if each.fingerprint == print_), None)
    if same is not None:
        return Imported(same, duplicate=True)
    standing = next((each for each in held if each.state in ("accepted", "superseded", "cancelled")), None)
    report = lint_incoming(parsed, known_fingerprint=standing.fingerprint if standing else None)
    alert = _read(tx, desk, parsed, report, print_, content_type, source)
    if alert.state != "accepted":
        await EXTERNALS.add(tx, alert)
        return Imported(noted(tx, alert, alert.rejected()), duplicate=False)
    await _replace(tx, alert)
    await EXTERNALS.add(tx, alert)
    return Imported(noted(tx, alert, alert.received()), duplicate=False)


async def _replace(tx: Transaction, alert: ExternalAlert) -> None:
    """An accepted Update or Cancel ends what it references, and belongs to its chain."""
    if not alert.replaces:
        return
    earlier = await queries.referenced(tx, alert.cap_references)
    for each in earlier:
        each.end_by(alert)
        await EXTERNALS.save(tx, each)
        noted(tx, each)
    alert.ended = tuple(each.name for each in earlier)
    alert.chain_id = earlier[0].chain_id if earlier else alert.chain_id


def _read(tx: Transaction, desk: Desk, parsed: Parsed, report: LintReport, print_: str, content_type: str, source: str) -> ExternalAlert:
    message, alert_id = parsed.alert, new_id()
    alert = ExternalAlert(
        id=alert_id, sender=message.sender, identifier=message.identifier, sent_time=message.sent, status=message.status, msg_type=message.msg_type,
        create_time=tx.now, region_code=desk.district, fingerprint=print_, chain_id=alert_id, findings=tuple(map(kept, report.findings)),
        cap_references=tuple(CapReference(each.sender, each.identifier, each.sent) for each in message.references), content_type=content_type, source=source,
        document=write(message), level=levels.alert_level(message), expire_time=expires_at(message), show_until_time=shown_until(message),
        state=STATES[report.verdict],
    )  # fmt: skip
    if message.infos:
        info = next((each for each in message.infos if each.language.lower().startswith("zh")), message.infos[0])
        alert.event, alert.sender_name, alert.headline = info.event, info.sender_name, info.headline
        alert.description, alert.instruction = info.description, info.instruction
        alert.event_code = event_code_of(info, desk.event_names) or ""
        alert.area_description = "；".join(each.area_desc for each in info.areas)
        alert.onset_time = info.onset or info.effective
        alert.regions = area.regions(info)
        alert.concerns_district = desk.places.concerns_district(info, alert.regions)
    return alert


async def accept(tx: Transaction, alert_id: str, etag: str, reason: str) -> ExternalAlert:
    """A person believes the quarantined message: it takes the place of the one it contradicts."""
    alert = visible(tx.caller, await EXTERNALS.load(tx, alert_id, etag))
    await queries.lock(tx, f"external/{alert.sender}/{alert.identifier}")
    alert.judged("accept", tx.caller.id, reason)
    for other in await queries.held(tx, alert.sender, alert.identifier):
        if other.id != alert.id and other.state in ("accepted", "superseded", "cancelled"):
            other.judged("displace", tx.caller.id, reason)
            await EXTERNALS.save(tx, other)
            noted(tx, other, other.rejected())
            alert.chain_id = other.chain_id
    await _replace(tx, alert)
    await EXTERNALS.save(tx, alert)
    return noted(tx, alert, alert.received())


async def reject(tx: Transaction, alert_id: str, etag: str, reason: str) -> ExternalAlert:
    """A person refuses it."""
    alert = visible(tx.caller, await EXTERNALS.load(tx, alert_id, etag))
    alert.judged("reject", tx.caller.id, reason)
    await EXTERNALS.save(tx, alert)
    return noted(tx, alert, alert.rejected())


async def get(engine: AsyncEngine, caller: Caller, alert_id: str) -> ExternalAlert:
    """One external alert."""
    async with engine.connect() as connection:
        return visible(caller, await EXTERNALS.get(connection, alert_id))


async def page_of(
    engine: AsyncEngine, caller: Caller, size: int, token: str, *, state: str, in_force: datetime | None, concerns: bool
) -> tuple[Sequence[ExternalAlert], str]:
    """A page, newest first; `in_force` is the moment at which they hold, or None for all."""
    wanted = [*EXTERNALS.in_regions(caller.regions), *EXTERNALS.equal(state=state)]
    if in_force is not None:
        wanted += conditions.in_force(in_force)
    if concerns:
        wanted.append(conditions.concerns_district())
    asked = page(size, token, state, in_force is not None, concerns)
    async with engine.connect() as connection:
        return await EXTERNALS.page_of(connection, asked, wanted, by="create_time", descending=True)
