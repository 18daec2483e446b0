"""Where a Kafka cluster is and how to talk to it, read from one URL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kafka.net.compat import KafkaNetClient

PARTITIONS = 4
REPLICATION = 1

_TEXT_SETTINGS = frozenset({"security_protocol", "sasl_mechanism", "ssl_cafile", "ssl_certfile", "ssl_keyfile"})

# Short waits: a broker that restarts is back within seconds, and whoever waits would rather be told.
_WAITS: Mapping[str, int] = {"bootstrap_timeout_ms": 5_000, "request_timeout_ms": 10_000, "reconnect_backoff_max_ms": 1_000}


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """`kafka://[user:password@]host:port,host:port[?security_protocol=SASL_SSL&ssl_cafile=…&partitions=12&replication=3]`."""

    servers: tuple[str, ...]
    partitions: int = PARTITIONS
    replication: int = REPLICATION
    security: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, url: str) -> "KafkaAddress":
        """Read the URL; ValueError for a setting that is not known or no servers."""
        parts = urlsplit(url)
        credentials, _, hosts = parts.netloc.rpartition("@")
        settings = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        security = {name: settings.pop(name) for name in _TEXT_SETTINGS & settings.keys()}
        if credentials:
            user, _, password = credentials.partition(":")
            security |= {"sasl_plain_username": unquote(user), "sasl_plain_password": unquote(password)}
        partitions, replication = int(settings.pop("partitions", PARTITIONS)), int(settings.pop("replication", REPLICATION))
        if settings or parts.scheme != "kafka" or not hosts:
            raise ValueError(f"not an address of a Kafka cluster (unknown: {sorted(settings)})")
        return cls(tuple(hosts.split(",")), partitions, replication, security)

    def client(self, client_id: str) -> dict[str, Any]:
        """Settings that every kind of client takes."""
        return {"bootstrap_servers": list(self.servers), "client_id": client_id, **_WAITS, **self.security}


def build(kind: Callable[..., Any], settings: Mapping[str, Any]) -> Any:
    """A client of this kind. One whose constructor fails (no broker answers) has started a thread already; it is stopped here."""
    networks: list[Any] = []

    def network(**configuration: Any) -> Any:
        networks.append(KafkaNetClient(**configuration))
        return networks[-1]

    try:
        return kind(**settings, kafka_client=network)
    except BaseException:
        for started in networks:
            started.close()
        raise
