"""Hostile CAP documents through both doors: no 5xx, nothing read from the machine, nothing believed that was not understood."""

import base64
import codecs
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chassis.identity import Caller
from deploy.local.platform import Platform
from tests.e2e import attacker

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "cap"
CORPUS = Path(os.environ["FENGHUO_CORPUS"]) / "cap" if os.environ.get("FENGHUO_CORPUS") else None
SECRET = "geheim-7f3a-beacon"
"""The content of a file that must never be read."""
CAP = "urn:oasis:names:tc:emergency:cap:1.2"
ALERT = (
    f'<alert xmlns="{CAP}"><identifier>hostile-{{number}}</identifier><sender>hostile@example.org</sender><sent>2026-07-29T08:00:00+08:00</sent>'
    "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>{more}</alert>"
)


def _entities(levels: int) -> str:
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, levels))]
    return f"<!DOCTYPE alert [{''.join(lines)}]>"


def _alert(more: str = "", number: str = "1") -> str:
    return ALERT.format(more=more, number=number)


def _read_files(secret: Path) -> dict[str, str]:
    """Documents that ask the parser for a file of this machine, in every way XML knows."""
    there = secret.as_uri()
    body = "<note>&x;</note>"
    return {
        "external entity": f'<!DOCTYPE alert [<!ENTITY x SYSTEM "{there}">]>{_alert(body)}',
        "public entity": f'<!DOCTYPE alert [<!ENTITY x PUBLIC "-//X" "{there}">]>{_alert(body)}',
        "plain path": f'<!DOCTYPE alert [<!ENTITY x SYSTEM "{secret}">]>{_alert(body)}',
        "parameter entity": f'<!DOCTYPE alert [<!ENTITY % p SYSTEM "{there}"> %p;]>{_alert(body)}',
        "external DTD": f'<!DOCTYPE alert SYSTEM "{there}">{_alert(body)}',
        "lower case": f'<!doctype alert [<!entity x SYSTEM "{there}">]>{_alert(body)}',
        "XInclude": _alert(f'<note><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{there}" parse="text"/></note>'),
        "stylesheet": f'<?xml-stylesheet type="text/xsl" href="{there}"?>{_alert()}',
        "schema location": _alert().replace("<alert ", f'<alert xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{CAP} {there}" ', 1),
        "resource by file": _alert(f"<info><resource><resourceDesc>x</resourceDesc><mimeType>text/plain</mimeType><uri>{there}</uri></resource></info>"),
        "behind a comment": f'<!-- x --><!DOCTYPE alert [<!ENTITY x SYSTEM "{there}">]>{_alert(body)}',
        "network": f'<!DOCTYPE alert [<!ENTITY x SYSTEM "http://127.0.0.1:1/{secret.name}">]>{_alert(body)}',
    }


def _broken() -> dict[str, bytes]:
    """Documents that are too much, or are not what they say."""
    declared = '<?xml version="1.0" encoding="{}"?>'
    made: dict[str, str | bytes] = {
        "billion laughs": f"{_entities(10)}{_alert('<note>&a9;</note>')}",
        "quadratic": f'<!DOCTYPE alert [<!ENTITY a "{"x" * 20_000}">]>{_alert("<note>" + "&a;" * 20_000 + "</note>")}',
        "deep": "<a>" * 20_000 + "</a>" * 20_000,
        "deep inside": _alert("<note>" * 500 + "</note>" * 500),
        "wide": _alert("<code>x</code>" * 60_000),
        "attributes": "<alert " + " ".join(f"a{number}='1'" for number in range(5_000)) + "/>",
        "cut off": _alert()[:-12],
        "two roots": _alert() + _alert(),
        "not UTF-8": _alert("<note>\0</note>").encode().replace(b"\0", b"\xff\xfe\xfa"),
        "NUL": _alert("<note>\0</note>"),
        "forbidden character": _alert("<note>&#x1;</note>"),
        "lone surrogate": _alert("<note>&#xd800;</note>"),
        "EBCDIC": (declared.format("cp037") + _alert()).encode("cp037"),
        "no such encoding": (declared.format("x-no-such") + _alert("<note>\u00e9</note>")).encode("latin-1"),
        "UTF-16 with XXE": codecs.BOM_UTF16_LE + '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16-le"),
        "odd UTF-16": codecs.BOM_UTF16_LE + b"<\0a",
        "only a mark": codecs.BOM_UTF8,
        "white space": " \n\t ",
        "HTML": "<!doctype html><html><body>x</body></html>",
        "PNG": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "zip": b"PK\x03\x04" + b"\0" * 100,
        "JSON depth": '{"alert":' * 50_000 + "1" + "}" * 50_000,
        "JSON list depth": "[" * 100_000,
        "JSON NaN": '{"identifier": NaN, "sender": "x"}',
        "JSON NUL": '{"identifier": "a\\u0000b", "sender": "x", "sent": "2026-07-29T08:00:00+08:00"}',
        "JSON surrogate": '{"identifier": "\\ud800", "sender": "x", "sent": "2026-07-29T08:00:00+08:00"}',
        "JSON huge number": '{"identifier": 1' + "0" * 5000 + ', "sender": "x"}',
        "JSON wrong shapes": '{"identifier": {"a": 1}, "sender": [], "info": "x", "sent": 5}',
        "JSON times": '{"identifier": "t", "sender": "s", "sent": "0000-99-99T99:99:99Z"}',
        "script": "var x=alert(1);",
        "alarm without shape": '{"ISSUETIME": {"a": []}, "head": 5}',
        "many alerts": f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(_alert(number=str(number)) for number in range(600))}</feed>',
        "long identifier": _alert(number=secrets.token_hex(20_000)),
        "long sender": _alert().replace("hostile@example.org", secrets.token_hex(20_000)),
        "long code": _alert(f"<code>{secrets.token_hex(20_000)}</code><references>{secrets.token_hex(20_000)}</references>"),
        "SQL": _alert(number="'; DROP TABLE external_alert; --"),
        "year 9999": _alert().replace("2026-07-29T08:00:00+08:00", "9999-12-31T23:59:59-14:00"),
        "year 0001": _alert().replace("2026-07-29T08:00:00+08:00", "0001-01-01T00:00:00+14:00"),
        "circle of NaN": _alert("<info><area><areaDesc>x</areaDesc><circle>NaN,NaN inf</circle></area></info>"),
        "polygon of one point": _alert("<info><area><areaDesc>x</areaDesc><polygon>1e999,1 1,1 1,1 1e999,1</polygon></area></info>"),
        "polygon that crosses itself": _alert("<info><area><areaDesc>x</areaDesc><polygon>39,106 40,107 39,107 40,106 39,106</polygon></area></info>"),
    }  # fmt: skip
    return {name: body.encode() if isinstance(body, str) else body for name, body in made.items()}


DOCUMENTS = _broken()
CORPUS_FILES = sorted(path for directory in (FIXTURES, CORPUS) if directory for path in directory.iterdir() if path.suffix not in {".md", ".csv", ".txt"})
WHO: Caller = attacker.caller("hostile-cap")


@pytest.fixture(scope="module")
def door(platform: Platform) -> Iterator[httpx.Client]:
    """The client of somebody who may take in alerts."""
    with attacker.client(platform, WHO) as client:
        yield client


def _both(door: httpx.Client, document: bytes) -> list[httpx.Response]:
    """The document through both doors: raw, and inside JSON."""
    encoded = base64.b64encode(document).decode()
    return [
        door.post("/api/v1/externalAlerts:upload", content=document, headers={"Content-Type": "application/cap+xml"}),
        door.post("/api/v1/externalAlerts:import", json={"document": encoded, "contentType": "application/cap+xml"}),
    ]


def _understood(answer: httpx.Response) -> bool:
    """Accepted or put aside, or refused with a reason in two languages; never a failure."""
    if answer.status_code == 200:
        return True
    problem = answer.json()
    return answer.status_code in {400, 413} and bool(problem["message_zh"] and problem["message_en"])


def _states(answer: httpx.Response) -> set[str]:
    return {result["externalAlert"]["state"] for result in answer.json().get("results", [])}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_broken_document_is_answered_and_never_accepted(door: httpx.Client, name: str) -> None:
    for answer in _both(door, DOCUMENTS[name]):
        assert _understood(answer), f"{name}: {answer.status_code} {answer.text[:300]}"
        assert "EXTERNAL_ALERT_STATE_ACCEPTED" not in _states(answer), f"{name}: {answer.text[:300]}"


def test_no_document_makes_the_platform_read_a_file(platform: Platform, door: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    for name, document in _read_files(secret).items():
        for answer in _both(door, document.encode()):
            assert _understood(answer), f"{name}: {answer.status_code} {answer.text[:300]}"
            assert SECRET not in answer.text, name
    stored = attacker.rows(platform, "alerts", "SELECT count(*) FROM external_alert e WHERE e::text LIKE '%' || $1 || '%'", SECRET)
    within = "position($1::bytea in coalesce(response, '')) + position($1::bytea in coalesce(events, ''))"
    noted = attacker.rows(platform, "alerts", f"SELECT count(*) FROM journal WHERE {within} > 0", SECRET.encode())
    assert (stored[0][0], noted[0][0]) == (0, 0)


@pytest.mark.parametrize("encoding", ["UTF-7", "UTF-16", "x-no-such"])
def test_a_declared_encoding_is_not_believed(door: httpx.Client, encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>{_alert("<note>+ADw-script+AD4-</note>", encoding)}'
    for answer in _both(door, document.encode()):
        assert answer.status_code == 200
        assert answer.json()["results"][0]["externalAlert"]["identifier"] == f"hostile-{encoding}"
        assert "<script>" not in answer.text


@pytest.mark.parametrize("path", CORPUS_FILES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_every_known_document_is_understood(door: httpx.Client, path: Path) -> None:
    for answer in _both(door, path.read_bytes()):
        assert _understood(answer), f"{path.name}: {answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"<a>" + b"x" * 1_100_000 + b"</a>", {}, 413),
        (b"", {}, 400),
        (b"<a/>", {"Idempotency-Key": "k" * 129}, 400),
        (b"<a/>", {"Content-Type": "x/" + "y" * 4_000}, 200),
        (b"<a/>", {"Content-Location": "http://" + "y" * 4_000}, 200),
    ],
)
def test_the_upload_itself(door: httpx.Client, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = door.post("/api/v1/externalAlerts:upload", content=body, headers=headers)
    assert answer.status_code == status, answer.text[:300]


@pytest.mark.parametrize(("roles", "status"), [(("observer",), 403), ((), 403)])
def test_who_may_not_take_in_alerts_may_not_upload(platform: Platform, roles: tuple[str, ...], status: int) -> None:
    nobody = attacker.caller("hostile-nobody", roles)
    with attacker.client(platform, nobody) as client:
        assert client.post("/api/v1/externalAlerts:upload", content=b"<a/>").status_code == status
    assert sum(attacker.effects(platform, nobody).values()) == 0
    assert httpx.post(f"http://{platform.address()}/api/v1/externalAlerts:upload", content=b"<a/>").status_code == 401
