"""Every rule for the manifests can fail: each is broken in a rendered copy, and the check says so."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.local.components import COMPONENTS
from tools import check_k8s, k8s_render, k8s_rules

OVERLAYS = sorted(path.name for path in (check_k8s.MANIFESTS / "overlays").iterdir())
Document = dict[str, Any]
Break = Callable[[list[Document]], object]


@pytest.fixture(scope="module")
def rendered() -> list[Document]:
    return k8s_render.render(check_k8s.MANIFESTS / "overlays" / "dev")


def find(documents: list[Document], kind: str, name: str) -> Document:
    return next(document for document in documents if (document["kind"], document["metadata"]["name"]) == (kind, name))


def deployment(name: str, change: Callable[[Document], object]) -> Break:
    """Break the pod specification of a component."""
    return lambda documents: change(k8s_render.pod_spec(find(documents, "Deployment", name)))


def main(name: str, change: Callable[[Document], object]) -> Break:
    """Break the container of a component."""
    return deployment(name, lambda spec: change(spec["containers"][0]))


def remove(kind: str, name: str) -> Break:
    return lambda documents: documents.remove(find(documents, kind, name))


def policy(name: str, change: Callable[[Document], object]) -> Break:
    return lambda documents: change(find(documents, "NetworkPolicy", name)["spec"])


def to(name: str, port: int) -> Document:
    return {"to": [{"podSelector": {"matchLabels": {k8s_rules.LABEL: name}}}], "ports": [{"port": port}]}


FOREIGN_SECRET = {"name": "OTHER", "valueFrom": {"secretKeyRef": {"name": "alerts-database", "key": "url"}}}
BROKEN: dict[str, tuple[Break, str]] = {
    "no Deployment": (remove("Deployment", "plans"), "plans: has no Deployment"),
    "another module": (main("plans", lambda c: c["command"].__setitem__(2, "services.alerts.main")), "plans: the command does not run services.plans.main"),
    "another port": (main("plans", lambda c: c.update(env=[])), "plans: FENGHUO_LISTEN is not port 7101"),
    "another image": (main("plans", lambda c: c.update(image="nginx:1.29")), "plans: runs another image"),
    "two containers": (deployment("plans", lambda s: s["containers"].append(copy.deepcopy(s["containers"][0]))), "plans: must have one container"),
    "no startup probe": (main("plans", lambda c: c.pop("startupProbe")), "plans: startupProbe does not ask"),
    "a probe of another port": (main("alerts", lambda c: c["livenessProbe"]["grpc"].update(port=7101)), "alerts: livenessProbe does not ask"),
    "a gateway probed elsewhere": (
        main("gateway", lambda c: c["readinessProbe"]["httpGet"].update(path="/")),
        "gateway: readinessProbe does not ask GET /healthz",
    ),
    "nothing reserved": (main("plans", lambda c: c["resources"].pop("requests")), "plans: does not reserve"),
    "no memory limit": (main("plans", lambda c: c["resources"].pop("limits")), "plans: has no memory limit"),
    "not spread": (deployment("plans", lambda s: s.pop("topologySpreadConstraints")), "plans: is not spread"),
    "a careless roll-out": (
        lambda documents: find(documents, "Deployment", "plans")["spec"]["strategy"]["rollingUpdate"].update(maxUnavailable=1),
        "plans: a roll-out may take replicas away",
    ),
    "the default account": (deployment("plans", lambda s: s.pop("serviceAccountName")), "plans: does not run as a service account of its own"),
    "a writable root": (main("plans", lambda c: c["securityContext"].update(readOnlyRootFilesystem=False)), "plans: may write its root"),
    "a foreign secret": (main("plans", lambda c: c["env"].append(FOREIGN_SECRET)), "plans: holds secrets that are not its own: ['alerts-database']"),
    "perhaps root": (deployment("plans", lambda s: s["securityContext"].pop("runAsNonRoot")), "Deployment plans: runAsNonRoot is not set"),
    "no seccomp": (deployment("plans", lambda s: s["securityContext"].pop("seccompProfile")), "Deployment plans: seccompProfile"),
    "a token": (deployment("plans", lambda s: s.pop("automountServiceAccountToken")), "Deployment plans: mounts a token"),
    "the host's network": (deployment("plans", lambda s: s.update(hostNetwork=True)), "Deployment plans: reaches into its host"),
    "the host's files": (
        deployment("plans", lambda s: s["volumes"].append({"name": "x", "hostPath": {"path": "/"}})),
        "Deployment plans: reaches into its host",
    ),
    "privileges": (main("plans", lambda c: c["securityContext"].pop("allowPrivilegeEscalation")), "Deployment plans: may gain privileges"),
    "capabilities": (main("plans", lambda c: c["securityContext"]["capabilities"].update(add=["NET_ADMIN"])), "Deployment plans: keeps capabilities"),
    "an unconfined job": (
        lambda documents: k8s_render.pod_spec(find(documents, "Job", "migrate-plans")).pop("securityContext"),
        "Job migrate-plans: runAsNonRoot is not set",
    ),
    "no Service": (remove("Service", "plans"), "plans: has no Service"),
    "no disruption budget": (remove("PodDisruptionBudget", "plans"), "plans: has no PodDisruptionBudget"),
    "no migration": (remove("Job", "migrate-plans"), "plans: has no Job that migrates"),
    "no policy": (remove("NetworkPolicy", "plans"), "plans: has no NetworkPolicy"),
    "a policy for others": (policy("plans", lambda s: s.update(podSelector={})), "plans: has no NetworkPolicy"),
    "anybody may call": (policy("plans", lambda s: s["ingress"][0].pop("from")), "plans: may be called by others"),
    "a service may call": (policy("plans", lambda s: s["ingress"][0]["from"].append(to("alerts", 0)["to"][0])), "plans: may be called by others"),
    "a service calls": (policy("plans", lambda s: s["egress"].append(to("alerts", 7104))), "plans: reaches"),
    "the gateway reads a database": (policy("gateway", lambda s: s["egress"].append(to("postgres", 5432))), "gateway: reaches"),
    "the gateway misses a service": (policy("gateway", lambda s: s["egress"].pop(0)), "gateway: reaches"),
    "a message centre behind a closed port": (
        policy("alerts", lambda s: s["egress"][-1]["ports"].remove({"protocol": "TCP", "port": 2775})),
        "alerts: sms_port is 2775, which its NetworkPolicy does not open",
    ),
    "a mail relay moved to a closed port": (
        main("alerts", lambda c: c["env"].append({"name": "FENGHUO_MAIL_PORT", "value": "465"})),
        "alerts: mail_port is 465, which its NetworkPolicy does not open",
    ),
    "loudspeakers behind a closed port": (
        policy("alerts", lambda s: s["egress"][-1]["ports"].remove({"protocol": "TCP", "port": 80})),
        "alerts: the port of loudspeaker gateways (http) is 80",
    ),
    "nothing denied": (remove("NetworkPolicy", "deny-all"), "no NetworkPolicy denies everything"),
    "an open deny-all": (policy("deny-all", lambda s: s.update(egress=[{}])), "no NetworkPolicy denies everything"),
    "a lax namespace": (
        lambda documents: find(documents, "Namespace", "fenghuo")["metadata"]["labels"].update({"pod-security.kubernetes.io/enforce": "baseline"}),
        "does not enforce the pod security level restricted",
    ),
    "no namespace": (remove("Namespace", "fenghuo"), "there is no Namespace"),
    "a stray document": (lambda documents: find(documents, "Service", "plans")["metadata"].update(namespace="default"), "outside the namespace fenghuo"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named(name: str, rendered: list[Document]) -> None:
    change, words = BROKEN[name]
    broken = copy.deepcopy(rendered)
    change(broken)
    found = k8s_rules.violations(broken)
    assert any(words in line for line in found), found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_overlay_keeps_every_rule(overlay: str) -> None:
    assert list(check_k8s.check_overlay(check_k8s.MANIFESTS / "overlays" / overlay, k8s_render.kustomize())) == []


def test_a_component_of_the_table_must_be_in_the_manifests(rendered: list[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    newcomer = COMPONENTS[0].__class__("federation", "协同 federation", 7106, "service", "services.federation.main")
    monkeypatch.setattr(k8s_rules, "COMPONENTS", (*COMPONENTS, newcomer))
    assert "federation: has no Deployment" in k8s_rules.violations(rendered)


CHANGED = {
    "an unknown field": ("overlays/dev/kustomization.yaml", "replicas:", "vars: []\nreplicas:", "fields ['vars'] are not known"),
    "a patch that meets nothing": ("overlays/county/settings.yaml", "name: settings", "name: setting", "meets no resource"),
    "a schema's refusal after patching": ("components/service-defaults/services.yaml", "periodSeconds: 2", "periodSeconds: two", "periodSeconds"),
    "a floating image": ("overlays/county/kustomization.yaml", "newTag: 0.1.0", "newTag: latest", "floats"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_wrong_file_is_found_once_rendered(name: str, tmp_path: Path) -> None:
    file, old, new, words = CHANGED[name]
    copied = tmp_path / "k8s"
    shutil.copytree(check_k8s.MANIFESTS, copied)
    text = (copied / file).read_text(encoding="utf-8")
    assert old in text
    (copied / file).write_text(text.replace(old, new), encoding="utf-8")
    found = [line for overlay in OVERLAYS for line in check_k8s.check_overlay(copied / "overlays" / overlay, None)]
    assert any(words in line for line in found), found


def test_a_rendering_that_differs_from_kustomize_is_named(tmp_path: Path) -> None:
    """A stand-in for kustomize leaves everything out."""
    silent = tmp_path / "kustomize"
    silent.write_text("#!/bin/sh\n")
    silent.chmod(0o755)
    found = list(check_k8s.check_overlay(check_k8s.MANIFESTS / "overlays" / "dev", [str(silent)]))
    assert any("kustomize renders Deployment/plans otherwise" in line for line in found)


def test_strategic_merge_keeps_what_the_patch_does_not_name() -> None:
    base = {"containers": [{"name": "main", "env": [{"name": "A", "value": "1"}], "args": ["x", "y"]}], "volumes": [{"name": "keys"}]}
    patch = {"containers": [{"name": "main", "env": [{"name": "B", "value": "2"}], "args": ["z"]}], "volumes": [{"name": "tmp"}]}
    assert k8s_render.merge(base, patch) == {
        "containers": [{"name": "main", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "args": ["z"]}],
        "volumes": [{"name": "keys"}, {"name": "tmp"}],
    }
