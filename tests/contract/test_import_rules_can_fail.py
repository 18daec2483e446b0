"""Every contract of .importlinter refuses what it is there to refuse, on a tree of the right shape with one import too many."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import check_layout

ROOT = Path(__file__).resolve().parents[2]

# A service that keeps every rule, two of its modules being packages; imports as the skeleton allows them.
SERVICE = {
    "__init__.py": "",
    "errors.py": "from chassis.errors import DomainError",
    "model/__init__.py": "",
    "model/incidents.py": "from dataclasses import dataclass\nfrom chassis import states\nfrom services.{0} import errors",
    "tables.py": "import sqlalchemy\nfrom chassis import database",
    "codec.py": "from fenghuo.{0}.v1 import things_pb2\nfrom services.{0}.model import incidents",
    "repository.py": "import sqlalchemy\nfrom services.{0} import tables\nfrom services.{0}.model import incidents",
    "events.py": "from services.{0} import codec",
    "clients.py": "import grpc",
    "use_cases/__init__.py": "",
    "use_cases/incidents.py": "from services.{0} import repository, events, clients\nfrom services.{0}.model import incidents\nfrom chassis import journal",
    "servicer.py": "import grpc\nfrom services.{0} import codec\nfrom services.{0}.use_cases import incidents\nfrom fenghuo.{0}.v1 import things_pb2_grpc",
    "consumers.py": "from fenghuo.plans.v1 import things_pb2\nfrom services.{0}.use_cases import incidents",
    "settings.py": "from chassis import settings",
    "main.py": "from services.{0} import settings, servicer, consumers, tables\nfrom chassis import process",
    "migrations/__init__.py": "",
    "migrations/env.py": "from services.{0} import tables",
}
CHASSIS = {
    "control": "import grpc\nfrom chassis import clock, rpc",
    "database": "import sqlalchemy\nimport asyncpg",
    "errors": "",
    "journal": "from chassis import database, ids\nfrom fenghuo.type.v1 import event_pb2",
    "process": "from chassis import control, rpc",
    "relay": "from chassis import audit, journal",
    "rpc": "import grpc\nfrom chassis import access",
    "states": "from chassis import errors",
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


def stub(tree: Path) -> None:
    """A whole tree in small: every module of the closed lists, importing what it may."""
    write(tree / "chassis/__init__.py", "")
    for name in {name for name in check_layout.CHASSIS if "." not in name and name != "__init__"} - {"eventlog"}:
        write(tree / f"chassis/{name}.py", CHASSIS.get(name, ""))
    write(tree / "chassis/eventlog/__init__.py", "from chassis.eventlog import postgres")
    write(tree / "chassis/eventlog/postgres.py", "import asyncpg")
    write(tree / "services/__init__.py", "")
    for service in check_layout.SERVICES:
        write(tree / f"fenghuo/{service}/v1/things_pb2.py", "import google.protobuf")
        write(tree / f"fenghuo/{service}/v1/things_pb2_grpc.py", "import grpc")
        for path, text in SERVICE.items():
            write(tree / f"services/{service}/{path}", text.format(service))
        for library in check_layout.LIBRARIES.get(service, ()):
            write(tree / f"services/{service}/{library}/__init__.py", "import math")
    write(tree / "fenghuo/type/v1/event_pb2.py", "import google.protobuf")
    write(tree / "gateway/__init__.py", "")
    write(tree / "gateway/routes.py", "from fenghuo.plans.v1 import things_pb2_grpc\nfrom chassis import eventlog, rpc\nimport fastapi")
    for door in ("public", "federation"):
        write(tree / f"gateway/{door}/__init__.py", "")
        write(tree / f"gateway/{door}/app.py", "from gateway import routes")


COMPONENTS = "A component stands on the chassis, the chassis on the contract"
INDEPENDENT = "No service imports another"
SKELETON = "Every service is the same closed list of modules, each importing downwards only"
CHASSIS_LIST = "The chassis is a closed list of mechanisms, each importing downwards only"
PURE = "Models and errors know no library, no transport, no database"
USE_CASES = "Use cases know no transport and no message of the contract"
GATEWAY = "The gateway reaches no database"
DOORS = "The door for the command centre and the door for peers are independent"
TABLES = "Only the repository, the migrations and the composition root see the tables"

# mutation -> (the contract that must refuse it, what is added to which file)
REFUSED = {
    "a service imports the gateway": (COMPONENTS, {"services/plans/main.py": "from gateway import routes"}),
    "the chassis imports a service": (COMPONENTS, {"chassis/rpc.py": "from services.plans import main"}),
    "the contract imports the chassis": (COMPONENTS, {"fenghuo/type/v1/event_pb2.py": "from chassis import errors"}),
    "the gateway imports a service": (COMPONENTS, {"gateway/routes.py": "from services.plans import model"}),
    "one service imports another": (INDEPENDENT, {"services/dispatch/consumers.py": "from services.plans import codec"}),
    "a stray helpers.py": (SKELETON, {"services/dispatch/helpers.py": "import math"}),
    "a stray package": (SKELETON, {"services/dispatch/rules/__init__.py": "import math"}),
    "the model imports the use cases": (SKELETON, {"services/plans/model/incidents.py": "from services.plans import use_cases"}),
    "a use case imports the servicer": (SKELETON, {"services/plans/use_cases/incidents.py": "from services.plans import servicer"}),
    "the repository imports the events": (SKELETON, {"services/plans/repository.py": "from services.plans import events"}),
    "a library imports the model": (SKELETON, {"services/dispatch/solver/__init__.py": "from services.dispatch.model import incidents"}),
    "the servicer imports the settings": (SKELETON, {"services/plans/servicer.py": "from services.plans import settings"}),
    "a stray chassis module": (CHASSIS_LIST, {"chassis/retry.py": "import math"}),
    "the clock imports the journal": (CHASSIS_LIST, {"chassis/clock.py": "from chassis import journal"}),
    "the model imports sqlalchemy": (PURE, {"services/plans/model/incidents.py": "import sqlalchemy"}),
    "the errors import grpc": (PURE, {"services/plans/errors.py": "import grpc"}),
    "the model reaches grpc through the chassis": (PURE, {"chassis/states.py": "import grpc"}),
    "the model imports a message": (PURE, {"services/plans/model/incidents.py": "from fenghuo.plans.v1 import things_pb2"}),
    "a use case imports grpc": (USE_CASES, {"services/plans/use_cases/incidents.py": "import grpc"}),
    "a use case imports a message": (USE_CASES, {"services/plans/use_cases/incidents.py": "from fenghuo.plans.v1 import things_pb2"}),
    "the gateway imports sqlalchemy": (GATEWAY, {"gateway/public/app.py": "import sqlalchemy"}),
    "the gateway imports the journal": (GATEWAY, {"gateway/public/app.py": "from chassis import journal"}),
    "the gateway reaches a database through the chassis": (GATEWAY, {"chassis/rpc.py": "import asyncpg"}),
    "one door imports the other": (DOORS, {"gateway/federation/app.py": "from gateway.public import app"}),
    "a use case imports the tables": (TABLES, {"services/plans/use_cases/incidents.py": "from services.plans import tables"}),
}
ALLOWED: dict[str, dict[str, str]] = {
    "nothing": {},
    "another service's messages": {"services/dispatch/consumers.py": "from fenghuo.experts.v1 import things_pb2"},
    "the model uses a library of its field": {"services/dispatch/model/incidents.py": "from services.dispatch import grading"},
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lint-imports says to every mutation."""
    tree = tmp_path_factory.mktemp("tree")
    stub(tree)
    mutations = {name: mutation for name, (_, mutation) in REFUSED.items()} | ALLOWED
    order = json.dumps({"tree": str(tree), "config": str(ROOT / ".importlinter"), "mutations": mutations})
    script = Path(__file__).with_name("lint_mutations.py")
    done = subprocess.run([sys.executable, str(script)], input=order, capture_output=True, text=True, cwd=tree, env={"COLUMNS": "200"}, check=True)
    said: dict[str, str] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name: str, outputs: dict[str, str]) -> None:
    contract, _ = REFUSED[name]
    assert f"{contract} BROKEN" in outputs[name], outputs[name]


@pytest.mark.parametrize("name", ALLOWED)
def test_is_allowed(name: str, outputs: dict[str, str]) -> None:
    assert " 0 broken" in outputs[name], outputs[name]


def test_every_contract_is_proven() -> None:
    names = {line.removeprefix("name = ") for line in (ROOT / ".importlinter").read_text().splitlines() if line.startswith("name = ")}
    assert names == {contract for contract, _ in REFUSED.values()}
