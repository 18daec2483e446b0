"""The one table of components: what the supervisor starts, what compose.yaml and deploy/k8s must have, who may call whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Component:
    """One component: one OS process here, one Deployment on Kubernetes."""

    name: str
    title: str
    port: int
    kind: Literal["service", "gateway"]
    module: str
    arguments: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """The components whose methods it calls. Services call none: they hear events."""
    area: str = ""
    """Whose replica it is; its own name where it is the only one."""
    niceness: int = 0
    """How far it stands back (nice) where all share the processors of one machine."""

    def __post_init__(self) -> None:
        """A component alone is an area of its own."""
        object.__setattr__(self, "area", self.area or self.name)

    @property
    def database(self) -> str | None:
        """Name of its database, and of the role that owns it; the gateway has none."""
        return f"fenghuo_{self.area}" if self.kind == "service" else None


DECIDES = 6
"""The niceness of a service that takes commands: where processors are short, the gateway goes before it, so that whoever must be let go is told at once, and
what waits waits there, in the order of how much it matters."""
LISTENS = 10
"""The niceness of a service that mostly hears what others decided: whoever takes calls, units' reports and alerts goes first, and the listeners catch up. It
gets less than half the time of one that takes calls, and all that nobody else wants."""


def service(name: str, title: str, port: int, niceness: int = 0) -> Component:
    """A gRPC service of the common skeleton."""
    return Component(name, title, port, "service", f"services.{name}.main", niceness=niceness)


SERVICES = (
    service("plans", "预案 plans", 7101, LISTENS),
    service("resources", "资源 resources", 7102, LISTENS),
    service("dispatch", "处置 dispatch", 7103, DECIDES),
    service("alerts", "预警 alerts", 7104, DECIDES),
    service("experts", "专家 experts", 7105, LISTENS),
)

COMPONENTS = (
    *SERVICES,
    Component("gateway", "网关 gateway", 8080, "gateway", "gateway.main", ("public",), calls=tuple(each.name for each in SERVICES)),
)
"""In the order they start; they stop in the reverse order."""


def replicated(numbers: Mapping[str, int], components: Sequence[Component] = COMPONENTS) -> tuple[Component, ...]:
    """The components with so many processes of each named service: `dispatch`, `dispatch-2`, … They share database, log and hot store, nothing else.

    ValueError for a name that is no service, or a number below 1.
    """
    unknown = numbers.keys() - {each.name for each in components if each.kind == "service"}
    if unknown or any(number < 1 for number in numbers.values()):
        raise ValueError(f"replicas of {sorted(unknown) or dict(numbers)}: at least 1 of a service")
    more = {name: range(2, number + 1) for name, number in numbers.items()}
    return tuple(
        one for each in components for one in (each, *(replace(each, name=f"{each.name}-{n}", port=each.port + 100 * (n - 1)) for n in more.get(each.name, ())))
    )
