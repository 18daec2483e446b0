"""Starts a gateway: `python -m gateway.main public`."""

import resource
import sys

import uvicorn

from chassis.logs import configure
from chassis.messages import Catalogue
from gateway.door import Door, answers, bounded
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
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each connection is an open file, and some systems begin with 1024
    door = Door(answers(Catalogue.load(settings.messages_dir)), 0 if settings.trust_forwarded else settings.connections_per_address)
    uvicorn.run(
        app, host=host or "127.0.0.1", port=int(port), loop="uvloop", http=bounded(door), log_config=None, access_log=False, server_header=False,
        date_header=True, timeout_graceful_shutdown=5, limit_concurrency=2000, backlog=2048, timeout_keep_alive=30, ws="none",
        proxy_headers=False,  # whose address a request has is said by settings (trust_forwarded), not by whoever connects from this machine
    )  # fmt: skip


if __name__ == "__main__":
    main()
