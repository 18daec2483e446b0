"""The one table of components: what the supervisor starts, what compose.yaml and deploy/k8s must have, who may call whom."""

from dataclasses import dataclass
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

    @property
    def database(self) -> str | None:
        """Name of its database, and of the role that owns it; the gateway has none."""
        return f"fenghuo_{self.name}" if self.kind == "service" else None


def service(name: str, title: str, port: int) -> Component:
    """A gRPC service of the common skeleton."""
    return Component(name, title, port, "service", f"services.{name}.main")


SERVICES = (
    service("plans", "预案 plans", 7101),
    service("resources", "资源 resources", 7102),
    service("dispatch", "处置 dispatch", 7103),
    service("alerts", "预警 alerts", 7104),
    service("experts", "专家 experts", 7105),
)

COMPONENTS = (
    *SERVICES,
    Component("gateway", "网关 gateway", 8080, "gateway", "gateway.main", ("public",), calls=tuple(each.name for each in SERVICES)),
)
"""In the order they start; they stop in the reverse order."""
