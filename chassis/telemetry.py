"""Traces and metrics through OpenTelemetry: off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; trace ids are passed on either way."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, metrics, trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")
_KINDS = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT, "consumer": SpanKind.CONSUMER, "producer": SpanKind.PRODUCER, "internal": SpanKind.INTERNAL}


def enabled() -> bool:
    """True when an OTLP receiver is named."""
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))


def start(component: str) -> Callable[[], None]:
    """Start exporting if a receiver is named; gives back what to call before the process ends."""
    if not enabled():
        return lambda: None
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": f"fenghuo-{component}"})
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(insecure=True), schedule_delay_millis=500))
    trace.set_tracer_provider(tracing)
    metering = MeterProvider(resource=resource, metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter(insecure=True), 5000)])
    metrics.set_meter_provider(metering)

    def stop() -> None:
        tracing.shutdown()
        metering.shutdown()

    return stop


def new_traceparent() -> str:
    """A fresh W3C trace context."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def accepted(traceparent: str) -> str:
    """The given trace context if it is well formed, else a fresh one."""
    return traceparent if _TRACEPARENT.match(traceparent) else new_traceparent()


def trace_id(traceparent: str) -> str:
    """The trace id of a trace context."""
    return traceparent.split("-")[1] if traceparent else ""


@contextmanager
def continued(name: str, traceparent: str, *, kind: str = "server", attributes: Mapping[str, str] | None = None) -> Iterator[str]:
    """A span that continues a trace that came from outside; yields the trace context to pass on."""
    parent = accepted(traceparent)
    if not enabled():
        yield parent
        return
    token = context.attach(_PROPAGATOR.extract({"traceparent": parent}))
    try:
        with trace.get_tracer("fenghuo").start_as_current_span(name, kind=_KINDS[kind], attributes=dict(attributes or {})):
            yield outgoing(parent)
    finally:
        context.detach(token)


@contextmanager
def span(name: str, attributes: Mapping[str, str] | None = None, *, kind: str = "internal") -> Iterator[None]:
    """A span inside the current trace; costs nothing when traces are off."""
    if not enabled():
        yield
        return
    with trace.get_tracer("fenghuo").start_as_current_span(name, kind=_KINDS[kind], attributes=dict(attributes or {})):
        yield


def outgoing(otherwise: str) -> str:
    """The trace context to send along with a call made now."""
    carrier: dict[str, str] = {}
    if enabled():
        _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", otherwise)
