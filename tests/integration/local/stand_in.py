"""A process that stands for a component: it answers the health check of its kind, and misbehaves on request.

Arguments: service or gateway, then `well`, `fails` (ends with code 3), `stubborn` (ignores SIGTERM) or `mute` (never becomes ready).
"""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


class Healthz(BaseHTTPRequestHandler):
    """GET /healthz."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()


def serve_grpc(address: str) -> None:
    server = grpc.server(ThreadPoolExecutor(2))
    servicer = health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()


def main(kind: str, manner: str) -> None:
    address = os.environ["FENGHUO_LISTEN"]
    if manner == "fails":
        sys.exit("the stand-in fails, as asked")
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if manner == "mute":
        time.sleep(600)
    if kind == "service":
        serve_grpc(address)
    else:
        host, _, port = address.partition(":")
        HTTPServer((host, int(port)), Healthz).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
