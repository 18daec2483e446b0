"""State machines as data (pure): which command leads from which states to which; everything else is refused with the allowed list."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Transition:
    """A command that is legal in `sources` and leads to `target`; an empty target keeps the state."""

    sources: tuple[str, ...]
    target: str = ""


class Machine:
    """One aggregate's table of allowed transitions. A command may have several rows, for different sources.

    `by_itself`: steps that only follow from time, from other aggregates or from work inside; no caller takes them, and no refusal offers them.
    """

    def __init__(
        self, aggregate: str, initial: tuple[str, ...], table: Mapping[str, Transition | tuple[Transition, ...]], *, by_itself: tuple[str, ...] = ()
    ) -> None:
        self.aggregate = aggregate
        self.initial = initial
        self.by_itself = frozenset(by_itself)
        self.table = {command: rows if isinstance(rows, tuple) else (rows,) for command, rows in table.items()}
        states = dict.fromkeys(initial)
        for rows in self.table.values():
            for row in rows:
                states |= dict.fromkeys((*row.sources, *([row.target] if row.target else [])))
        self.states = tuple(states)

    def allowed(self, state: str) -> tuple[str, ...]:
        """Commands that are legal in `state`."""
        return tuple(command for command, rows in self.table.items() if any(state in row.sources for row in rows))

    def offered(self, state: str) -> tuple[str, ...]:
        """Of these, the commands of callers."""
        return tuple(command for command in self.allowed(state) if command not in self.by_itself)

    def next(self, state: str, command: str) -> str:
        """The state that `command` leads to from `state`; raises INVALID_TRANSITION with what callers may do instead."""
        for row in self.table[command]:
            if state in row.sources:
                return row.target or state
        raise DomainError(Kind.TRANSITION, "INVALID_TRANSITION", aggregate=self.aggregate, state=state, command=command, allowed=self.offered(state))

    def final(self, state: str) -> bool:
        """True when nothing is allowed any more."""
        return not self.allowed(state)

    def diagram(self) -> str:
        """The machine as a Mermaid state diagram, for READMEs."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.initial)]
        for command, rows in self.table.items():
            lines += [f"    {source} --> {row.target or source}: {command}" for row in rows for source in row.sources]
        return "\n".join(lines)
