"""The check of the Kubernetes manifests refuses what a cluster, or an operator, would."""

from pathlib import Path

import pytest

from tools import check_k8s

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: plans}
spec:
  replicas: 2
  selector: {matchLabels: {app: plans}}
  template:
    metadata: {labels: {app: plans}}
    spec:
      containers:
        - {name: plans, image: "fenghuo:0.1.0", command: [python, -m, services.plans.main]}
"""
KUSTOMIZATION = "resources: [plans.yaml]\npatches:\n  - path: probes.yaml\n"
FRAGMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: plans}\nspec: {minReadySeconds: 5}\n"
REFUSED = {
    "a misspelt field": (DEPLOYMENT.replace("replicas", "replica"), KUSTOMIZATION, "'replica' was unexpected"),
    "a wrong type": (DEPLOYMENT.replace("replicas: 2", "replicas: two"), KUSTOMIZATION, "spec.replicas"),
    "an unknown kind": (DEPLOYMENT.replace("kind: Deployment", "kind: Deploiment"), KUSTOMIZATION, "find schema for kind Deploiment"),
    "a floating image": (DEPLOYMENT.replace(":0.1.0", ":latest"), KUSTOMIZATION, "floats"),
    "an image without a tag": (DEPLOYMENT.replace("fenghuo:0.1.0", "registry:5000/fenghuo"), KUSTOMIZATION, "floats"),
    "a resource that is not there": (DEPLOYMENT, KUSTOMIZATION.replace("plans.yaml", "plans.yaml, alerts.yaml"), "alerts.yaml is not there"),
    "no manifest": ("hello: world\n", KUSTOMIZATION, "no manifest"),
}


def tree(directory: Path, deployment: str, kustomization: str) -> Path:
    for name, text in {"plans.yaml": deployment, "kustomization.yaml": kustomization, "probes.yaml": FRAGMENT}.items():
        (directory / name).write_text(text)
    return directory


@pytest.mark.parametrize("name", REFUSED)
def test_manifests_refuse(name: str, tmp_path: Path) -> None:
    deployment, kustomization, words = REFUSED[name]
    found = check_k8s.violations(tree(tmp_path, deployment, kustomization))
    assert any(words in line for line in found), found


def test_manifests_allow(tmp_path: Path) -> None:
    assert check_k8s.violations(tree(tmp_path, DEPLOYMENT, KUSTOMIZATION)) == []
