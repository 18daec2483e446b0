"""Bytes to an XML tree that cannot hurt: bounded in size, depth and count; no DOCTYPE, no entity, no network, no trust in the declared encoding (rule C01)."""

import codecs
import re
from typing import Any, TypeAlias

from lxml import etree

from services.alerts.cap.findings import CapRefused

MAX_BYTES = 1_000_000
MAX_MARKUP = 50_000
MAX_DEPTH = 32
MAX_ATTRIBUTES = 32

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

# A DOCTYPE or entity declaration anywhere, even in a comment or CDATA, is refused before any parser sees it.
_DECLARATION = re.compile(r"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_PROLOGUE = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,30})["']""")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Fallbacks for messages that are not UTF-8; every other declared encoding is refused.
_LEGACY = {"iso-8859-1": "iso-8859-1", "latin1": "iso-8859-1", "windows-1252": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030"}
# What XML 1.0 cannot carry at all.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode(data: bytes, *, limit: int = MAX_BYTES) -> str:
    """The text of a document, by byte order mark, else UTF-8, else a declared encoding of a short list. Refuses what is bigger than `limit` bytes."""
    if len(data) > limit:
        raise CapRefused("C01", "CAP_C01_TOO_BIG", size=str(len(data)), limit=str(limit))
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], name)
    if data[:2] in (b"<\0", b"\0<"):
        return _decode(data, "utf-16-le" if data[0] else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _ENCODING.search(data[:400])
        return _decode(data, _LEGACY.get(declared[1].decode().lower(), "utf-8") if declared else "utf-8")


def read_xml(data: bytes, *, limit: int = MAX_BYTES) -> Element:
    """The root element; CapRefused (C01) for everything that is unsafe, too big or not well formed."""
    return read_xml_text(decode(data, limit=limit))


def read_xml_text(text: str) -> Element:
    """The root element of an already decoded document."""
    if declaration := _DECLARATION.search(text):
        raise CapRefused("C01", "CAP_C01_DOCTYPE", declaration=declaration[1].upper())
    if text.count("<") > MAX_MARKUP:
        raise CapRefused("C01", "CAP_C01_TOO_MANY_ELEMENTS", limit=str(MAX_MARKUP))
    if prologue := _PROLOGUE.match(text):
        text = text[prologue.end() :]
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as failure:
        raise CapRefused("C01", "CAP_C01_NOT_WELL_FORMED", reason=_first_line(failure)) from None
    _bound(root)
    return root


def legal_text(text: str) -> bool:
    """True when XML 1.0 can carry every character."""
    return _ILLEGAL.search(text) is None


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: Element) -> str:
    """The element's namespace; empty when it has none."""
    return str(etree.QName(element).namespace or "")


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise CapRefused("C01", "CAP_C01_ENCODING", encoding=name) from None


def _bound(root: Element) -> None:
    """Refuse a tree too deep, or an element with too many attributes; without recursion."""
    level = [root]
    for _ in range(MAX_DEPTH):
        for element in level:
            if len(element.attrib) > MAX_ATTRIBUTES:
                raise CapRefused("C01", "CAP_C01_TOO_MANY_ATTRIBUTES", limit=str(MAX_ATTRIBUTES))
        level = [child for element in level for child in element]
        if not level:
            return
    raise CapRefused("C01", "CAP_C01_TOO_DEEP", limit=str(MAX_DEPTH))


def _first_line(failure: Exception) -> str:
    lines = str(failure).splitlines()
    return lines[0][:200] if lines else type(failure).__name__
