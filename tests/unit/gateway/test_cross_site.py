"""What another site can make a browser send: with our cookie, or to log a person in as somebody else. Plain http has no Sec-Fetch-Site."""

import pytest
from starlette.requests import Request

from chassis.errors import DomainError
from gateway.auth import cross_site

OURS = "command.test:8080"
JSON = {"content-type": "application/json", "content-length": "9"}
FORM = {"content-type": "text/plain", "content-length": "9"}


def _request(headers: dict[str, str]) -> Request:
    pairs = [(name.encode(), value.encode()) for name, value in ({"host": OURS} | headers).items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": pairs})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": f"http://{OURS}"}, {"origin": "http://COMMAND.test:8080"},
        {"referer": f"http://{OURS}/incidents"}, {"origin": "https://fenghuo.example.org"},
    ],
)  # fmt: skip
def test_our_own_page_changes_things_by_cookie(headers: dict[str, str]) -> None:
    cross_site.check_cookie(_request(JSON | headers), "https://fenghuo.example.org")
    cross_site.check_log_in(_request(JSON | headers), "https://fenghuo.example.org")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site", "origin": f"http://{OURS}"}, {"origin": "http://evil.test"}, {"origin": "null"},
        {"origin": "http://command.test:9977"}, {"origin": "http://sub.command.test:8080"}, {"origin": ""}, {"referer": "http://evil.test/command.test:8080"},
        {"origin": f"http://{OURS}@evil.test"}, {"origin": "http://[broken"}, {"origin": "null", "host": ""},
    ],
)  # fmt: skip
def test_other_sites_neither_change_things_nor_log_anybody_in(headers: dict[str, str]) -> None:
    with pytest.raises(DomainError, match="CROSS_SITE"):
        cross_site.check_cookie(_request(JSON | headers), "")
    if headers != {"origin": ""}:
        with pytest.raises(DomainError, match="CROSS_SITE"):
            cross_site.check_log_in(_request(JSON | headers), "")


def test_a_cookie_alone_changes_nothing_and_a_program_logs_in_without_origin() -> None:
    with pytest.raises(DomainError, match="CROSS_SITE"):
        cross_site.check_cookie(_request(JSON), "")
    cross_site.check_log_in(_request(JSON), "")


def test_what_a_form_can_send_is_no_json() -> None:
    ours = {"origin": f"http://{OURS}"}
    for headers in (FORM, {"content-length": "2"}, {"transfer-encoding": "chunked"}):
        with pytest.raises(cross_site.MediaTypeError):
            cross_site.check_cookie(_request(headers | ours), "")
        with pytest.raises(cross_site.MediaTypeError):
            cross_site.check_log_in(_request(headers), "")
    cross_site.check_cookie(_request(ours), "")
    cross_site.check_cookie(_request({"content-type": "application/json; charset=utf-8", "content-length": "2"} | ours), "")
