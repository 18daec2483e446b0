"""A real OTLP/gRPC receiver on loopback that keeps the spans it was sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


@dataclass(frozen=True, slots=True)
class Span:
    """One span."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str


@dataclass(slots=True)
class Receiver:
    """What was received so far."""

    endpoint: str = ""
    spans: list[Span] = field(default_factory=list)
    metrics: dict[str, set[str]] = field(default_factory=dict)


class _Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        for batch in request.resource_spans:
            service = _service(batch.resource)
            for scope in batch.scope_spans:
                spans = (Span(service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()) for span in scope.spans)
                self._receiver.spans.extend(spans)
        return trace_service_pb2.ExportTraceServiceResponse()


class _Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        for batch in request.resource_metrics:
            names = {metric.name for scope in batch.scope_metrics for metric in scope.metrics}
            self._receiver.metrics.setdefault(_service(batch.resource), set()).update(names)
        return metrics_service_pb2.ExportMetricsServiceResponse()


def _service(resource: Any) -> str:
    return next((attribute.value.string_value for attribute in resource.attributes if attribute.key == "service.name"), "")


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    state = Receiver()
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Traces(state), server)  # type: ignore[no-untyped-call]
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(_Metrics(state), server)  # type: ignore[no-untyped-call]
    state.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield state
    finally:
        server.stop(1).wait()
