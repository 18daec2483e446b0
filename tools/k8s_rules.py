"""The platform's own rules for its manifests, checked on the rendered overlays: every component is there, confined, probed, and may talk to nobody else."""

from collections.abc import Iterator
from typing import Any

from deploy.local.components import COMPONENTS, SERVICES, Component
from services.alerts.settings import Settings
from tools.k8s_render import Document, pod_spec

LABEL = "app.kubernetes.io/name"
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
WEB = {"the port of subscribers (https)": 443, "the port of loudspeaker gateways (http)": 80}
SERVERS = {"postgres": 5432, "kafka": 9092, "redis": 6379}


class Cluster:
    """The rendered documents of one overlay, by kind and name."""

    def __init__(self, documents: list[Document]) -> None:
        """Index the documents."""
        self.documents = documents
        self._named = {(document["kind"], document["metadata"]["name"]): document for document in documents}

    def find(self, kind: str, name: str) -> Document | None:
        """One document, or None."""
        return self._named.get((kind, name))

    def of_kind(self, kind: str) -> list[Document]:
        """All documents of a kind."""
        return [document for document in self.documents if document["kind"] == kind]


def violations(documents: list[Document]) -> list[str]:
    """Every rule the overlay breaks."""
    cluster = Cluster(documents)
    found = [*namespace_rules(cluster), *deny_all_rules(cluster)]
    for component in COMPONENTS:
        deployment = cluster.find("Deployment", component.name)
        if deployment is None:
            found.append(f"{component.name}: has no Deployment")
            continue
        found += [f"{component.name}: {line}" for rules in COMPONENT_RULES for line in rules(component, deployment)]
        found += [f"{component.name}: {line}" for rules in CLUSTER_RULES for line in rules(component, cluster)]
    for document in documents:
        if pod_spec(document):
            found += [f"{document['kind']} {document['metadata']['name']}: {line}" for line in restricted_rules(document)]
    return found


def namespace_rules(cluster: Cluster) -> Iterator[str]:
    """The cluster must refuse unconfined pods by itself."""
    namespaces = cluster.of_kind("Namespace")
    if not namespaces:
        yield "there is no Namespace"
    for namespace in namespaces:
        if namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"Namespace {namespace['metadata']['name']}: does not enforce the pod security level restricted"
        strangers = {document["metadata"].get("namespace") for document in cluster.documents if document is not namespace} - {namespace["metadata"]["name"]}
        if strangers:
            yield f"some documents are outside the namespace {namespace['metadata']['name']}: {sorted(map(str, strangers))}"


def deny_all_rules(cluster: Cluster) -> Iterator[str]:
    """Without a policy that denies everything the others grant nothing."""
    for policy in cluster.of_kind("NetworkPolicy"):
        spec = policy["spec"]
        if spec["podSelector"] == {} and set(spec["policyTypes"]) == {"Ingress", "Egress"} and not spec.get("ingress") and not spec.get("egress"):
            return
    yield "no NetworkPolicy denies everything"


def command_rules(component: Component, deployment: Document) -> Iterator[str]:
    """One container that runs the component and is told to listen where the Service looks."""
    containers = pod_spec(deployment)["containers"]
    if len(containers) != 1:
        yield "must have one container"
        return
    container = containers[0]
    if container.get("command") != ["python", "-m", component.module, *component.arguments]:
        yield f"the command does not run {component.module}"
    if environment(container).get("FENGHUO_LISTEN", {}).get("value") != f"0.0.0.0:{component.port}":
        yield f"FENGHUO_LISTEN is not port {component.port}"
    if not container["image"].startswith("fenghuo:") and "/fenghuo:" not in container["image"]:
        yield f"runs another image: {container['image']}"


def probe_rules(component: Component, deployment: Document) -> Iterator[str]:
    """Three probes: gRPC health for a service, GET /healthz for the gateway."""
    for name in PROBES:
        probe = pod_spec(deployment)["containers"][0].get(name, {})
        if component.kind == "service" and probe.get("grpc", {}).get("port") != component.port:
            yield f"{name} does not ask the gRPC health of port {component.port}"
        if component.kind == "gateway" and probe.get("httpGet") != {"path": "/healthz", "port": "http"}:
            yield f"{name} does not ask GET /healthz"


def resource_rules(_component: Component, deployment: Document) -> Iterator[str]:
    """What it needs is reserved, and its memory is bounded."""
    resources = pod_spec(deployment)["containers"][0].get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys():
        yield "does not reserve cpu and memory"
    if "memory" not in resources.get("limits", {}):
        yield "has no memory limit"


def spread_rules(_component: Component, deployment: Document) -> Iterator[str]:
    """Replicas stand on different machines, and a roll-out never takes one away before another is ready."""
    if not pod_spec(deployment).get("topologySpreadConstraints"):
        yield "is not spread over machines"
    if deployment["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
        yield "a roll-out may take replicas away"


def identity_rules(component: Component, deployment: Document) -> Iterator[str]:
    """An account of its own, a root file system it cannot write, and no other component's secrets."""
    spec = pod_spec(deployment)
    if spec.get("serviceAccountName") != component.name:
        yield "does not run as a service account of its own"
    if not spec["containers"][0].get("securityContext", {}).get("readOnlyRootFilesystem"):
        yield "may write its root file system"
    allowed = {"identity-public", "hot"} | (
        {f"{component.name}-{what}" for what in ("database", "audit", "channels")} if component.kind == "service" else {"identity-private", "accounts"}
    )
    if others := set(secrets(spec)) - allowed:
        yield f"holds secrets that are not its own: {sorted(others)}"


def restricted_rules(document: Document) -> Iterator[str]:
    """Pod security level restricted, for every pod whatever it runs."""
    spec = pod_spec(document)
    pod = spec.get("securityContext", {})
    if pod.get("runAsNonRoot") is not True:
        yield "runAsNonRoot is not set"
    if pod.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "seccompProfile is not RuntimeDefault"
    if spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token of the cluster"
    if any(spec.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")) or any("hostPath" in volume for volume in spec.get("volumes", ())):
        yield "reaches into its host"
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        context = container.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
            yield "may gain privileges"
        if context.get("capabilities", {}).get("drop") != ["ALL"] or context.get("capabilities", {}).get("add"):
            yield "keeps capabilities"


def companion_rules(component: Component, cluster: Cluster) -> Iterator[str]:
    """Service, ServiceAccount and PodDisruptionBudget; a migration Job for every service."""
    for kind in ("Service", "ServiceAccount", "PodDisruptionBudget"):
        if cluster.find(kind, component.name) is None:
            yield f"has no {kind}"
    if component.kind == "service":
        job = cluster.find("Job", f"migrate-{component.name}")
        if job is None or pod_spec(job)["containers"][0].get("command") != ["python", "-m", "deploy.migrate", component.name]:
            yield "has no Job that migrates its database"


def network_rules(component: Component, cluster: Cluster) -> Iterator[str]:
    """Its NetworkPolicy mirrors the call graph, no more and no less."""
    policy = cluster.find("NetworkPolicy", component.name)
    if policy is None or policy["spec"]["podSelector"] != {"matchLabels": {LABEL: component.name}}:
        yield "has no NetworkPolicy"
        return
    callers = {each.name for each in COMPONENTS if component.name in each.calls}
    if component.kind == "service" and set(peers(policy["spec"]["ingress"], "from")) != {(caller, component.port) for caller in callers}:
        yield f"may be called by others than {sorted(callers)}"
    ports = {each.name: each.port for each in SERVICES}
    needed = {(name, ports[name]) for name in component.calls}
    reached = {peer for peer in peers(policy["spec"]["egress"], "to") if peer[0] in ports or peer[0] in SERVERS}
    servers = {name: port for name, port in SERVERS.items() if component.kind == "service" or name != "postgres"}
    if reached != needed | set(servers.items()):
        yield f"reaches {sorted(reached)}, not {sorted(needed | set(servers.items()))}"


def channel_rules(component: Component, cluster: Cluster) -> Iterator[str]:
    """Every way out that the settings of alerts name is open in its NetworkPolicy."""
    policy, deployment = cluster.find("NetworkPolicy", component.name), cluster.find("Deployment", component.name)
    if component.name != "alerts" or policy is None or deployment is None:
        return
    told = {name: str(variable.get("value", "")) for name, variable in environment(pod_spec(deployment)["containers"][0]).items()}
    told = (cluster.find("ConfigMap", "settings") or {}).get("data", {}) | told
    wanted = {name: int(told.get(f"FENGHUO_{name.upper()}", Settings.model_fields[name].default)) for name in ("sms_port", "mail_port")}
    rules = [rule for rule in policy["spec"]["egress"] if any("ipBlock" in peer for peer in rule.get("to", ()))]
    opened = {port["port"] for rule in rules for port in rule.get("ports", ())}
    yield from (f"{name} is {port}, which its NetworkPolicy does not open" for name, port in (wanted | WEB).items() if port not in opened)


def peers(rules: list[Document], direction: str) -> Iterator[tuple[str, int]]:
    """(name, port) of every pod a list of ingress or egress rules lets through; an open rule counts as `*`."""
    for rule in rules:
        for port in rule.get("ports", [{"port": 0}]):
            for peer in rule.get(direction, [{}]):
                if "ipBlock" not in peer:
                    yield peer.get("podSelector", {}).get("matchLabels", {}).get(LABEL, "*"), port["port"]


def environment(container: Document) -> dict[str, Document]:
    """The variables of a container by name."""
    return {variable["name"]: variable for variable in container.get("env", ())}


def secrets(node: Any) -> Iterator[str]:
    """Name of every secret a pod refers to."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"secretKeyRef", "secret", "secretRef"}:
                yield str(value.get("name") or value.get("secretName"))
            else:
                yield from secrets(value)
    elif isinstance(node, list):
        for value in node:
            yield from secrets(value)


COMPONENT_RULES = (command_rules, probe_rules, resource_rules, spread_rules, identity_rules)
CLUSTER_RULES = (companion_rules, network_rules, channel_rules)
