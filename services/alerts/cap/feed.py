"""The public feed (AL-12): published warnings as Atom 1.0, each entry with its CAP message inside and a link to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from services.alerts.cap.message import Alert, Info, Status
from services.alerts.cap.safe_xml import Element
from services.alerts.cap.times import write_time
from services.alerts.cap.write import alert_element

_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What the feed says of itself; `address` is its own URL, `updated` the time of its newest change."""

    feed_id: str
    title: str
    author: str
    address: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One published message; `address` is the URL of the CAP document alone."""

    entry_id: str
    address: str
    alert: Alert


def write_feed(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """The feed in UTF-8, in the order given. ValueError for a message that is not Actual: the public never reads an exercise here."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _add(feed, "id", head.feed_id)
    _add(feed, "title", head.title)
    _add(feed, "updated", write_time(head.updated))
    _add(_add(feed, "author"), "name", head.author)
    _add(feed, "link", rel="self", type="application/atom+xml", href=head.address)
    for entry in entries:
        _entry(feed, entry)
    return bytes(etree.tostring(feed, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _entry(feed: Element, entry: FeedEntry) -> None:
    alert = entry.alert
    if alert.status != Status.ACTUAL or alert.sent is None:
        raise ValueError(f"{alert.identifier}: only an actual message that was sent goes into the public feed")
    info = alert.infos[0] if alert.infos else None
    element = _add(feed, "entry")
    _add(element, "id", entry.entry_id)
    _add(element, "title", _title(alert, info))
    _add(element, "updated", write_time(alert.sent))
    _add(element, "published", write_time(alert.sent))
    _add(_add(element, "author"), "name", (info.sender_name if info else "") or alert.sender)
    _add(element, "link", rel="alternate", type="application/cap+xml", href=entry.address)
    for category in info.category if info else ():
        _add(element, "category", term=category)
    if info and info.description:
        _add(element, "summary", info.description)
    _add(element, "content", type="text/xml").append(alert_element(alert))


def _title(alert: Alert, info: Info | None) -> str:
    return (info.headline or info.event) if info else alert.identifier


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    if text:
        element.text = text
    return element
