"""The two profiles: they differ in nothing but URLs."""

import os
from typing import Literal

Profile = Literal["embedded", "stack"]


def chosen_backends() -> list[Profile]:
    """The back ends tests run on: the comma list FENGHUO_TEST_BACKENDS, or `embedded`. Raises ValueError for an unknown name."""
    chosen: list[Profile] = []
    for name in os.environ.get("FENGHUO_TEST_BACKENDS", "embedded").split(","):
        match name.strip():
            case "embedded":
                chosen.append("embedded")
            case "stack":
                chosen.append("stack")
            case unknown:
                raise ValueError(f"FENGHUO_TEST_BACKENDS names {unknown!r}: known are embedded and stack")
    return chosen
