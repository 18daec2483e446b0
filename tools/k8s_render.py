"""Renders the part of kustomize that deploy/k8s uses, so that its rules can be checked on a machine without kustomize.

Known fields: resources, components, patches (strategic merge, by target or by the fragment's own kind and name), namespace, images, replicas.
Any other field is refused, so that nothing is left out silently. Where `kustomize` or `kubectl` is on PATH, `tools.check_k8s` compares the two renderings.
"""

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]
KNOWN = {"apiVersion", "kind", "resources", "components", "patches", "namespace", "images", "replicas"}
MERGE_KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath", "ports": "containerPort"}
CLUSTER_WIDE = {"Namespace"}


class RenderError(Exception):
    """A kustomization this renderer does not understand, or a patch that meets nothing."""


def merge(base: Any, patch: Any, field: str = "") -> Any:
    """Strategic merge: mappings deeply, the lists of MERGE_KEYS by their key, everything else replaced."""
    if isinstance(base, dict) and isinstance(patch, dict):
        merged = dict(base)
        for name, value in patch.items():
            merged[name] = merge(base[name], value, name) if name in base else copy.deepcopy(value)
        return merged
    key = MERGE_KEYS.get(field)
    if key and isinstance(base, list) and isinstance(patch, list):
        found = {item[key]: item for item in base}
        return [merge(item, next((change for change in patch if change[key] == item[key]), {})) for item in base] + [
            copy.deepcopy(change) for change in patch if change[key] not in found
        ]
    return copy.deepcopy(patch)


def selected(document: Document, selector: str) -> bool:
    """Whether the document's labels meet `key=value` or `key in (a,b)`."""
    labels = document["metadata"].get("labels", {})
    if match := re.fullmatch(r"(\S+) in \(([^)]*)\)", selector):
        return labels.get(match[1]) in match[2].split(",")
    key, _, value = selector.partition("=")
    return bool(labels.get(key) == value)


def targeted(document: Document, patch: Document, target: Document | None) -> bool:
    """Whether a patch means this document."""
    if target is None:
        return bool(document["kind"] == patch["kind"] and document["metadata"]["name"] == patch["metadata"]["name"])
    if unknown := target.keys() - {"kind", "name", "labelSelector"}:
        raise RenderError(f"target fields {sorted(unknown)} are not known")
    return (
        document["kind"] == target.get("kind", document["kind"])
        and document["metadata"]["name"] == target.get("name", document["metadata"]["name"])
        and ("labelSelector" not in target or selected(document, target["labelSelector"]))
    )


def apply_patch(documents: list[Document], directory: Path, entry: Document) -> list[Document]:
    """The documents with one patch applied. Raises RenderError when it meets nothing."""
    patch = yaml.safe_load((directory / entry["path"]).read_text(encoding="utf-8"))
    target = entry.get("target")
    if not any(targeted(document, patch, target) for document in documents):
        raise RenderError(f"{directory / entry['path']}: meets no resource")
    change = {name: value for name, value in patch.items() if name not in {"apiVersion", "kind"}}
    change["metadata"] = {name: value for name, value in patch["metadata"].items() if name != "name"}
    return [merge(document, change) if targeted(document, patch, target) else document for document in documents]


def load(path: Path) -> list[Document]:
    """The documents of a file, or of the kustomization in a directory."""
    return render(path) if path.is_dir() else [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def render(directory: Path, documents: list[Document] | None = None) -> list[Document]:
    """The documents of a kustomization; for a component, those given with its changes. Raises RenderError."""
    path = directory / "kustomization.yaml"
    kustomization = yaml.safe_load(path.read_text(encoding="utf-8"))
    if unknown := kustomization.keys() - KNOWN:
        raise RenderError(f"{path}: fields {sorted(unknown)} are not known")
    result = [*(documents or []), *(document for name in kustomization.get("resources", ()) for document in load(directory / name))]
    for name in kustomization.get("components", ()):
        result = render(directory / name, result)
    for entry in kustomization.get("patches", ()):
        result = apply_patch(result, directory, entry)
    for document in result:
        transform(document, kustomization)
    return result


def transform(document: Document, kustomization: Document) -> None:
    """Apply namespace, replicas and images in place."""
    if "namespace" in kustomization and document["kind"] not in CLUSTER_WIDE:
        document["metadata"]["namespace"] = kustomization["namespace"]
    for entry in kustomization.get("replicas", ()):
        if document["kind"] in {"Deployment", "StatefulSet"} and document["metadata"]["name"] == entry["name"]:
            document["spec"]["replicas"] = entry["count"]
    for entry in kustomization.get("images", ()):
        for container in pod_spec(document).get("containers", ()):
            name, _, tag = container["image"].rpartition(":")
            if name == entry["name"]:
                container["image"] = f"{entry.get('newName', name)}:{entry.get('newTag', tag)}"


def pod_spec(document: Document) -> Document:
    """The specification of the pods a document makes, or nothing."""
    spec: Document = document.get("spec", {}).get("template", {}).get("spec", {})
    return spec


def kustomize() -> list[str] | None:
    """The real thing, if this machine has it."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    return None


def rendered_by(command: list[str], directory: Path) -> list[Document]:
    """What kustomize makes of a directory. Raises RenderError with its complaint."""
    done = subprocess.run([*command, str(directory)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RenderError(f"{directory}: {done.stderr.strip()}")
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def canonical(documents: list[Document]) -> dict[str, str]:
    """Documents by kind and name, in a form in which the order of lists of mappings does not count."""

    def sort(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: sort(value) for key, value in node.items()}
        if isinstance(node, list):
            items = [sort(item) for item in node]
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if all(isinstance(item, dict) for item in items) else items
        return node

    return {f"{document['kind']}/{document['metadata']['name']}": json.dumps(sort(document), sort_keys=True) for document in documents}
