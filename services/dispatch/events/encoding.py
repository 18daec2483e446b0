"""How a module of events says what its facts look like on the log."""

from collections.abc import Callable, Mapping
from typing import Any

from chassis.journal import Encoded

Encoders = Mapping[type, Callable[[Any], Encoded]]
"""A fact's class → its topic, key and message."""
