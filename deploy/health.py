"""Asks a component whether it is well, as its callers would: gRPC health for services, GET /healthz for gateways.

`python -m deploy.health HOST:PORT` asks a service; exit 0 when it is serving (the health check of deploy/compose.yaml).
"""

import http.client
import socket
import sys

import grpc
from grpc_health.v1 import health_pb2

TIMEOUT_S = 1.0


def listening(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(TIMEOUT_S)
        return probe.connect_ex((host, port)) == 0


def grpc_serving(host: str, port: int) -> bool:
    """Whether the gRPC health service there says SERVING."""
    with grpc.insecure_channel(f"{host}:{port}") as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def http_healthy(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether GET /healthz answers 200."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    """Ask the service at the address given."""
    host, _, port = sys.argv[1].rpartition(":")
    sys.exit(not grpc_serving(host, int(port)))


if __name__ == "__main__":
    main()
