"""The event log: topics of records, in order per key, consumed by groups. Embedded (PostgreSQL) or Kafka, chosen by URL."""

from chassis.eventlog.delivery import DEAD_SUFFIX
from chassis.eventlog.record import EventLog, Handler, LogUnavailableError, PoisonError, Position, Record, StoredRecord

__all__ = ["DEAD_SUFFIX", "EventLog", "Handler", "LogUnavailableError", "PoisonError", "Position", "Record", "StoredRecord", "open_event_log"]


async def open_event_log(url: str, *, client_id: str) -> EventLog:
    """The log at `postgresql://…` or `kafka://host:port,…`. `client_id` names this process to the server.

    Raises LogUnavailableError, or ValueError for another scheme.
    """
    scheme = url.partition("://")[0]
    if scheme in {"postgresql", "postgres"}:
        from chassis.eventlog.postgres import PostgresEventLog

        return await PostgresEventLog.open(url, client_id=client_id)
    if scheme == "kafka":
        from chassis.eventlog.kafka import KafkaEventLog

        return await KafkaEventLog.open(url, client_id=client_id)
    raise ValueError(f"no event log for URLs of the scheme {scheme!r}")
