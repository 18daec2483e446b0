"""What the operator's commands have in common: which platform, and who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli.api import Api

Address = Annotated[str, typer.Option(envvar="FENGHUO_ADDRESS", help="平台地址 / address of the platform")]
Password = Annotated[str, typer.Option(envvar="FENGHUO_PASSWORD", prompt="口令 / password", hide_input=True, help="口令 / password")]
User = Annotated[str, typer.Option(help="用户名 / user name")]
HERE = "http://127.0.0.1:8080"


@contextmanager
def api(address: str, password: str, timeout_s: float = 60.0) -> Iterator[Api]:
    """A client that waits long for an answer and does not repeat for long."""
    client = Api(address if "://" in address else f"http://{address}", lambda _user: password, patience_s=5.0)
    client.http.timeout = timeout_s
    try:
        yield client
    finally:
        client.close()
