"""Every manifest under deploy/k8s is valid, strictly, by the schema of its kind; what a kustomization names is there, and no image floats.

Patches are fragments and are not validated by themselves: the overlays are rendered, and what is rendered is validated and held to the platform's
own rules (tools.k8s_rules). Where kustomize is on PATH its rendering must be the same as ours.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

from tools import k8s_render, k8s_rules

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "deploy" / "k8s"
VERSION = kubernetes_validate.latest_version()
KUSTOMIZATION = "kustomization.yaml"


def patches(kustomization: dict[str, Any]) -> set[str]:
    """Files that a kustomization applies as fragments."""
    return {patch["path"] for patch in kustomization.get("patches", ()) if "path" in patch}


def check_kustomization(path: Path) -> Iterator[str]:
    """Something the kustomization names that is not there."""
    kustomization = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    named = [*kustomization.get("resources", ()), *kustomization.get("components", ()), *sorted(patches(kustomization))]
    yield from (f"{path}: {name} is not there" for name in named if not (path.parent / name).exists())


def images(node: Any) -> Iterator[str]:
    """Every container image below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("image"), str):
            yield node["image"]
        for child in node.values():
            yield from images(child)
    elif isinstance(node, list):
        for child in node:
            yield from images(child)


def check_manifest(path: Path) -> Iterator[str]:
    """A document of the file that is no manifest, or a wrong one."""
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if not isinstance(document, dict) or not {"apiVersion", "kind"} <= document.keys():
            yield f"{path}: holds something that is no manifest"
        else:
            yield from check_document(path, document)


def check_document(path: Path, document: dict[str, Any]) -> Iterator[str]:
    """What its kind's schema refuses, or an image whose content may change under its name."""
    name = f"{path}: {document['kind']} {document.get('metadata', {}).get('name', '')}".rstrip()
    try:
        kubernetes_validate.validate(document, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{name}: {'.'.join(map(str, error.path))}: {error.message[:200]}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield f"{name}: {error.message}"
    yield from (f"{name}: the image {image} floats" for image in images(document) if ":" not in image.rpartition("/")[2] or image.endswith(":latest"))


def check_overlay(path: Path, command: list[str] | None) -> Iterator[str]:
    """What is wrong with an overlay once it is rendered; with `command`, also where kustomize renders it otherwise."""
    try:
        documents = k8s_render.render(path)
        yield from (line for document in documents for line in check_document(path, document))
        yield from (f"{path}: {line}" for line in k8s_rules.violations(documents))
        if command:
            ours, theirs = k8s_render.canonical(documents), k8s_render.canonical(k8s_render.rendered_by(command, path))
            yield from (f"{path}: kustomize renders {name} otherwise" for name in sorted(ours.keys() | theirs.keys()) if ours.get(name) != theirs.get(name))
    except k8s_render.RenderError as error:
        yield f"{path}: {error}"


def violations(directory: Path) -> list[str]:
    """Every violation of the manifests below a directory."""
    kustomizations = sorted(directory.rglob(KUSTOMIZATION))
    fragments = {(path.parent / name).resolve() for path in kustomizations for name in patches(yaml.safe_load(path.read_text(encoding="utf-8")) or {})}
    found = [line for path in kustomizations for line in check_kustomization(path)]
    for path in sorted(directory.rglob("*.yaml")):
        if path.name != KUSTOMIZATION and path.resolve() not in fragments:
            found += check_manifest(path)
    for path in sorted(directory.glob("overlays/*/")):
        found += check_overlay(path, k8s_render.kustomize())
    return [line.removeprefix(f"{directory}/") for line in found]


def main() -> None:
    """Print every violation; exit 1 if there is one."""
    found = violations(MANIFESTS)
    print("\n".join([*found, f"k8s: {len(list(MANIFESTS.rglob('*.yaml')))} files under deploy/k8s, {len(found)} violations (Kubernetes {VERSION})"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
