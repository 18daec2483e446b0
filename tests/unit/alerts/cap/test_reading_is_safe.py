"""S2 and DESIGN 6: no bytes make reading do anything but answer or refuse."""

import socket
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.cap.findings import CapRefused
from services.alerts.cap.lint import check_bytes, lint_incoming
from services.alerts.cap.parse import parse
from services.alerts.cap.unwrap import unwrap
from tests.unit.alerts.cap.documents import FIXTURES, JUDGED, fixture

SEEDS = sorted({*(judged.path for judged in JUDGED), *(path for path in FIXTURES.iterdir() if path.suffix in {".js", ".json"})})


def refusal(data: bytes) -> CapRefused:
    with pytest.raises(CapRefused) as caught:
        unwrap(data)
    return caught.value


@pytest.mark.parametrize("name", ["external_entity.xml", "entity_bomb.xml"])
def test_a_doctype_is_refused_before_any_parser_sees_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> NoReturn:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", no_network)
    refused = refusal(fixture(name))
    assert (refused.rule, refused.key) == ("C01", "CAP_C01_DOCTYPE")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_doctype_hides_in_no_encoding(encoding: str) -> None:
    text = fixture("external_entity.xml").decode().replace('encoding="UTF-8"', 'encoding="UTF-16"' if "16" in encoding else 'encoding="UTF-8"')
    assert refusal(text.encode(encoding)).key == "CAP_C01_DOCTYPE"


def test_size_depth_count_and_attributes_are_bounded() -> None:
    assert refusal(b" " * 1_000_001).key == "CAP_C01_TOO_BIG"
    assert refusal(b"<a>" * 40 + b"</a>" * 40).key == "CAP_C01_TOO_DEEP"
    assert refusal(b"<a>" + b"<b/>" * 50_000 + b"</a>").key == "CAP_C01_TOO_MANY_ELEMENTS"
    assert refusal(b"<a " + b" ".join(b'a%d="1"' % number for number in range(40)) + b"/>").key == "CAP_C01_TOO_MANY_ATTRIBUTES"


def test_the_declared_encoding_is_believed_only_from_a_short_list() -> None:
    assert parse(fixture("gb2312.xml")).alert.infos[0].event == "暴雨"
    assert parse(fixture("latin_1.xml")).alert.infos[0].areas[0].area_desc == "Hélan"
    utf7 = fixture("flood_1_alert.xml").replace(b"UTF-8", b"UTF-7").replace("合成".encode(), b"\xff\xfe")
    assert refusal(utf7).key == "CAP_C01_ENCODING"
    lying = fixture("flood_1_alert.xml").replace(b"UTF-8", b"ISO-8859-1")
    assert parse(lying).alert == parse(fixture("flood_1_alert.xml")).alert


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b"null", b"[]", b"{}", b"3", b'"x"', b"NaN", b"[NaN]", b"(", b"var a=", b"<a/>", b"<", b"\0", b"[" * 100_000]
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    assert refusal(data).rule in {"C01", "C02"}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered_or_refused(data: bytes) -> None:
    answered(data)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_damage_to_a_real_document_is_answered_or_refused(data: st.DataObject) -> None:
    document = bytearray(data.draw(st.sampled_from(SEEDS)).read_bytes()[:6000])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(document)))
        end = data.draw(st.integers(start, min(len(document), start + 40)))
        document[start:end] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"", b"<", b"&amp;", b"\xed\xa0\x80", b"9" * 60, b'"', b"<info/>", b"\\ud800"])
        )
    answered(bytes(document))


def answered(data: bytes) -> None:
    """Both ways of reading end in an answer."""
    check_bytes(data)
    try:
        found = unwrap(data)
    except CapRefused:
        return
    for message in found.messages:
        lint_incoming(message, known_fingerprint="")
