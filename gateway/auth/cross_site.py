"""Whether a request that changes something comes from our own page: a browser adds cookies also to what other sites make it send."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from chassis.errors import DomainError, Kind

OURS = frozenset({"same-origin", "none"})
FORMS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""Types of a body that a page may send anywhere without asking: what an HTML form can make, and none."""
JSON = "application/json"


class MediaTypeError(Exception):
    """The body is not announced as JSON."""


def check_cookie(connection: HTTPConnection, public_address: str) -> None:
    """A change by cookie: FORBIDDEN unless the browser says that our page sent it, MediaTypeError for a body that a form can make."""
    check_origin(connection, public_address, required=True)
    headers = connection.headers
    if (headers.get("content-length", "0") != "0" or "transfer-encoding" in headers) and _media_type(connection) in FORMS:
        raise MediaTypeError


def check_log_in(connection: HTTPConnection, public_address: str) -> None:
    """A log-in: no other site may log a person in as somebody else. Programs send no origin."""
    check_origin(connection, public_address, required=False)
    if _media_type(connection) != JSON:
        raise MediaTypeError


def check_origin(connection: HTTPConnection, public_address: str, *, required: bool) -> None:
    """FORBIDDEN when the browser names another site, or, where one is required, none.

    Browsers send Sec-Fetch-Site only over https or to localhost; without it Origin (or Referer) has to name the host that was asked, or `public_address`.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in OURS:
            raise DomainError(Kind.FORBIDDEN, "CROSS_SITE")
        return
    origin = headers.get("origin") or headers.get("referer")
    if origin is None:
        if required:
            raise DomainError(Kind.FORBIDDEN, "CROSS_SITE")
        return
    if _host(origin) not in {headers.get("host", "").lower(), _host(public_address)} - {""}:
        raise DomainError(Kind.FORBIDDEN, "CROSS_SITE")


def _host(address: str) -> str:
    """Host and port of an address; empty when it has none, like the origin `null`."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _media_type(connection: HTTPConnection) -> str:
    return connection.headers.get("content-type", "").partition(";")[0].strip().lower()
