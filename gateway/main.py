"""Starts a gateway: `python -m gateway.main public`."""

import sys

import uvicorn

from chassis.logs import configure
from gateway.public.app import create_app
from gateway.settings import GatewaySettings


def main() -> None:
    """Serve until SIGTERM."""
    if sys.argv[1:] not in (["public"], []):
        raise SystemExit(f"unknown gateway {sys.argv[1:]}; there is: public")
    settings = GatewaySettings()  # type: ignore[call-arg]  # required values come from the environment
    configure("gateway", fmt=settings.log_format, level=settings.log_level)
    host, _, port = settings.listen.rpartition(":")
    app = create_app(settings)
    uvicorn.run(
        app, host=host or "127.0.0.1", port=int(port), loop="uvloop", http="httptools", log_config=None, access_log=False, server_header=False,
        date_header=True, timeout_graceful_shutdown=5, limit_concurrency=2000, backlog=2048, timeout_keep_alive=30, ws="none",
        proxy_headers=False,  # whose address a request has is said by settings (trust_forwarded), not by whoever connects from this machine
    )  # fmt: skip


if __name__ == "__main__":
    main()
