"""What the HTTP server logs by itself can be read by the same programs as every other line."""

import json
import subprocess
import sys

from chassis.settings import ROOT

LOG = """
import logging
from chassis.logs import configure
configure("gateway", fmt="json")
logging.getLogger("uvicorn.error").warning("Invalid HTTP request %s.", "received")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
"""


def test_lines_of_uvicorn_are_json_like_all_others() -> None:
    done = subprocess.run([sys.executable, "-c", LOG], capture_output=True, text=True, check=True, cwd=ROOT)
    plain, failed = [json.loads(line) for line in done.stderr.splitlines()]
    assert (plain["event"], plain["level"], plain["module"], plain["component"]) == ("Invalid HTTP request received.", "warning", "uvicorn.error", "gateway")
    assert "timestamp" in plain
    assert "ZeroDivisionError" in failed["exception"]
