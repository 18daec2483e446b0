"""What `check_all()` compares beside the events: commands and effects are in the journals, the book balances, the platform is back and within bounds."""

import importlib
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
import psutil

from deploy.local.platform import Platform
from tests.fixtures.platform import api_of

BACK_S = 30.0
"""Recovery after the cause ended, at the latest (invariant 12)."""
MEMORY_MB = 1024
CONNECTIONS = 120
"""Of all components together, to PostgreSQL: five services of at most ten in the pool, one or two apart, and the embedded event log's."""
READS = ("/incidents", "/plans", "/stores", "/alerts", "/experts")
UNJOURNALLED = ("/clock", "/positions")
"""Commands that leave no row: the clock is the gateway's, positions are a track."""

Journal = Mapping[str, set[tuple[str, str]]]
"""Service -> (caller, request id) of every row."""


def back(platform: Platform) -> list[str]:
    """Areas that do not answer within BACK_S."""
    client = api_of(platform)
    client.patience_s = BACK_S
    until = time.monotonic() + BACK_S
    late = []
    for path in READS:
        client.patience_s = max(0.0, until - time.monotonic())
        try:
            client.get("duty_officer", path)
        except (AssertionError, RuntimeError, OSError, httpx.HTTPError) as error:
            late.append(f"{path}: {error!r}")
    client.close()
    return late


def bounds(platform: Platform, connections: int) -> list[str]:
    """Components and connections beyond their bounds."""
    found = [f"{connections} connections"] if connections > CONNECTIONS else []
    for name, process in platform.supervisor.processes.items():
        if process.child.pid is None:
            continue
        used = psutil.Process(process.child.pid).memory_info().rss / 1e6
        if used > MEMORY_MB:
            found.append(f"{name}: {used:.0f} MB")
    return found


def ledger(platform: Platform) -> list[str]:
    """What does not add up in the book of stock."""
    client = api_of(platform)
    answer = client.get("administrator", "/movements:check")
    client.close()
    return list(answer.get("findings", ()))


def lost_commands(accepted: Mapping[str, str], journals: Journal) -> list[str]:
    """Commands answered with success (key -> path) that are in no journal."""
    known = {request_id for rows in journals.values() for _, request_id in rows}
    return sorted(f"{path} ({key})" for key, path in accepted.items() if key not in known and not path.startswith(UNJOURNALLED))


def lost_effects(services: Sequence[str], on_log: Iterable[tuple[str, str, str]], journals: Journal) -> list[str]:
    """Events (topic, case, id) whose effect in a subscribed service is in that service's journal not exactly once."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for service in services:
        module = importlib.import_module(f"services.{service}.consumers")
        subscriptions: Any = module.SUBSCRIPTIONS if hasattr(module, "SUBSCRIPTIONS") else module.subscriptions(None)
        for subscription in subscriptions:
            for case in subscription.effects:
                wanted[subscription.topic, case].append(service)
    return sorted(
        f"{service} has not applied {case} {event_id}"
        for topic, case, event_id in on_log
        for service in wanted[topic, case]
        if (f"component:{service}", event_id) not in journals[service]
    )
