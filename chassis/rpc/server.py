"""gRPC server and channel with the options every component uses."""

import json
from collections.abc import Sequence
from typing import Any

import grpc

MAX_MESSAGE = 4 * 1024 * 1024
_SERVER: Sequence[tuple[str, Any]] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.so_reuseport", 0),
)
_RETRY = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]},
        }
    ],
    "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    "loadBalancingConfig": [{"round_robin": {}}],
}
_CHANNEL: Sequence[tuple[str, Any]] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 1),
    ("grpc.service_config", json.dumps(_RETRY)),
)


def create_server(interceptors: Sequence[grpc.aio.ServerInterceptor]) -> grpc.aio.Server:
    """A server without methods or port yet."""
    return grpc.aio.server(interceptors=list(interceptors), options=list(_SERVER))


def create_channel(target: str) -> grpc.aio.Channel:
    """A channel that spreads calls over replicas and retries UNAVAILABLE at this one level; every command carries a request id, so retries are safe."""
    return grpc.aio.insecure_channel(target, options=list(_CHANNEL))
