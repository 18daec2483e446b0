"""compose.yaml and the Dockerfile have every component of the table, as the table says, and nothing that floats or runs as root."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.components import COMPONENTS, SERVICES

ROOT = Path(__file__).resolve().parents[2]
SERVERS = {"postgres", "kafka", "redis"}
ONCE = {"keys", "migrations", "district"}
Compose = dict[str, Any]


def violations(compose: Compose) -> list[str]:
    """Every way in which the file is not what the table of components asks for."""
    services = compose["services"]
    found = [f"{name} is not there" for name in sorted({each.name for each in COMPONENTS} | SERVERS | ONCE) if name not in services]
    for component in COMPONENTS:
        service = services.get(component.name)
        if service:
            found += [f"{component.name}: {line}" for line in component_violations(component.name, service, compose)]
    for name, service in services.items():
        if not re.search(r":\d+\.\d+\.?\d*$", service.get("image", "")):
            found.append(f"{name}: the image {service.get('image')} floats")
        if name not in SERVERS and (
            service.get("cap_drop") != ["ALL"] or not service.get("read_only") or "no-new-privileges:true" not in service["security_opt"]
        ):
            found.append(f"{name}: is not confined")
        if name not in ONCE and "healthcheck" not in service:
            found.append(f"{name}: has no health check")
        if name in SERVERS and service.get("ports"):
            found.append(f"{name}: is reachable from outside")
        found += [f"{name}: the volume {volume} is not declared" for volume in named_volumes(service) - compose["volumes"].keys()]
        found += [f"{name}: the network {network} is not declared" for network in set(service.get("networks", ())) - compose["networks"].keys()]
        found += [f"{name}: depends on {other}, which is not there" for other in set(service.get("depends_on", ())) - services.keys()]
    return found


def component_violations(name: str, service: Compose, compose: Compose) -> list[str]:
    """What is wrong with one component."""
    component = next(each for each in COMPONENTS if each.name == name)
    environment = service["environment"]
    found = []
    if service["command"] != ["python", "-m", component.module, *component.arguments]:
        found.append(f"does not run {component.module}")
    if environment.get("FENGHUO_LISTEN") != f"0.0.0.0:{component.port}":
        found.append(f"does not listen on {component.port}")
    if str(component.port) not in json.dumps(service.get("healthcheck", {})):
        found.append("asks another port whether it is well")
    if name == "alerts" and all(compose["networks"].get(network, {}).get("internal") for network in service["networks"]):
        found.append("cannot reach its channels")
    if component.kind == "service":
        if f"//{component.database}:" not in environment.get("FENGHUO_DATABASE_URL", "") or not environment["FENGHUO_DATABASE_URL"].endswith(
            f"/{component.database}"
        ):
            found.append("does not use its own role and database")
        if any(volume.startswith("keys-private") for volume in service.get("volumes", ())):
            found.append("sees the private key of the gateway")
        if "door" in service["networks"]:
            found.append("is reachable from outside")
    elif json.loads(environment["FENGHUO_SERVICES"]) != {each.name: f"dns:///{each.name}:{each.port}" for each in SERVICES}:
        found.append("does not know every service")
    return found


def named_volumes(service: Compose) -> set[str]:
    return {volume.split(":")[0] for volume in service.get("volumes", ())}


@pytest.fixture(scope="module")
def compose() -> Compose:
    loaded: Compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_the_file_keeps_every_rule(compose: Compose) -> None:
    assert violations(compose) == []


def service(name: str, change: Callable[[Compose], object]) -> Callable[[Compose], object]:
    return lambda compose: change(compose["services"][name])


BROKEN: dict[str, tuple[Callable[[Compose], object], str]] = {
    "a component is missing": (lambda compose: compose["services"].pop("alerts"), "alerts is not there"),
    "another module": (service("plans", lambda s: s.update(command=["sh"])), "plans: does not run services.plans.main"),
    "another port": (service("plans", lambda s: s["environment"].update(FENGHUO_LISTEN="0.0.0.0:1")), "plans: does not listen on 7101"),
    "another's health": (service("plans", lambda s: s["healthcheck"].update(test=["CMD", "true"])), "plans: asks another port"),
    "another's database": (
        service("plans", lambda s: s["environment"].update(FENGHUO_DATABASE_URL="postgresql://postgres:x@postgres/fenghuo_plans")),
        "plans: does not use its own role",
    ),
    "the private key": (service("plans", lambda s: s["volumes"].append("keys-private:/keys/private")), "plans: sees the private key"),
    "an open service": (service("plans", lambda s: s["networks"].append("door")), "plans: is reachable from outside"),
    "a published database": (service("postgres", lambda s: s.update(ports=["5432:5432"])), "postgres: is reachable from outside"),
    "a gateway that misses one": (service("gateway", lambda s: s["environment"].update(FENGHUO_SERVICES="{}")), "gateway: does not know every service"),
    "alerts that reach nobody": (service("alerts", lambda s: s["networks"].remove("channels")), "alerts: cannot reach its channels"),
    "a floating image": (service("redis", lambda s: s.update(image="redis:latest")), "redis: the image redis:latest floats"),
    "a writable root": (service("plans", lambda s: s.update(read_only=False)), "plans: is not confined"),
    "no health check": (service("kafka", lambda s: s.pop("healthcheck")), "kafka: has no health check"),
    "an unknown volume": (service("plans", lambda s: s["volumes"].append("other:/x")), "plans: the volume other is not declared"),
    "an unknown network": (service("plans", lambda s: s["networks"].append("other")), "plans: the network other is not declared"),
    "an unknown dependency": (service("plans", lambda s: s["depends_on"].update(other={})), "plans: depends on other"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named(name: str, compose: Compose) -> None:
    change, words = BROKEN[name]
    broken = copy.deepcopy(compose)
    change(broken)
    assert any(line.startswith(words) for line in violations(broken)), violations(broken)


def test_the_migrations_know_every_service(compose: Compose) -> None:
    assert compose["services"]["migrations"]["command"] == ["python", "-m", "deploy.migrate", *(each.name for each in SERVICES)]


def test_the_image_is_pinned_hashed_and_not_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    own = set(re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE))
    foreign = [base for base in bases if base not in own]
    assert len(foreign) >= 3
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in foreign)
    assert "--require-hashes" in text
    assert text.rindex("USER 10001") > text.rindex("COPY ")


def test_everything_the_image_copies_is_there_and_let_through() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE):
        for source in line.split()[:-1]:
            plain = source.rstrip("/")
            assert any(plain == each or plain.startswith(f"{each}/") for each in allowed), source
            assert list(ROOT.glob(plain)) or not (ROOT / "gateway" / "page").exists(), source
