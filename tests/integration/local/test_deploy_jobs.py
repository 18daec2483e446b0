"""The one-shot jobs of containers: databases are created and migrated as a service's own role, keys are split, secrets are complete."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import yaml
from sqlalchemy.engine import make_url

from deploy import cluster_secrets, first_start
from deploy.local.profile import chosen_backends
from deploy.local.servers import EmbeddedPostgres, Postgres, SystemPostgres
from tools.check_k8s import MANIFESTS
from tools.k8s_render import pod_spec, render
from tools.k8s_rules import secrets

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=chosen_backends())
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Postgres]:
    server: Postgres = SystemPostgres(tmp_path / "pg") if request.param == "stack" else EmbeddedPostgres(tmp_path / "pg")
    with server:
        yield server


def migrate(*services: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FENGHUO_")}
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}
    return subprocess.run(
        [sys.executable, "-m", "deploy.migrate", *services], cwd=ROOT, env=clean | paths | environment, capture_output=True, text=True, check=False
    )


async def test_role_database_and_schema_are_made_once(postgres: Postgres) -> None:
    own = make_url(postgres.url).set(username="fenghuo_SERVICE", password="secret", database="fenghuo_SERVICE")
    template = own.render_as_string(hide_password=False).replace("SERVICE", "{service}")
    for _ in range(2):
        done = migrate("dispatch", FENGHUO_ADMIN_DATABASE_URL=postgres.url, FENGHUO_DATABASE_URL=template)
        assert done.returncode == 0, done.stderr
        assert "dispatch: up to date" in done.stdout
    connection = await asyncpg.connect(template.replace("{service}", "dispatch"))
    assert await connection.fetchval("SELECT count(*) FROM journal") == 0
    assert await connection.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'journal'") == "fenghuo_dispatch"
    await connection.close()


def test_wrong_calls_are_refused() -> None:
    assert migrate("dispatch").stderr.strip() == "FENGHUO_DATABASE_URL is not set"
    assert migrate("payroll", FENGHUO_DATABASE_URL="postgresql://x").returncode == 2
    named_otherwise = migrate("dispatch", FENGHUO_DATABASE_URL="postgresql://x/y", FENGHUO_ADMIN_DATABASE_URL="postgresql://x/z")
    assert "must both be called fenghuo_dispatch" in named_otherwise.stderr


def test_keys_are_split_between_the_gateway_and_everybody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first_start.keys(tmp_path / "private", tmp_path / "shared")
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/*")}
    assert {str(path) for path in made} == {
        "private/identity.pem",
        "private/accounts.yaml",
        "private/sample.password",
        "shared/identity.pub.pem",
        "shared/audit.pem",
    }
    first_start.keys(tmp_path / "private", tmp_path / "shared")
    assert {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/*")} == made
    assert "duty_officer" in capsys.readouterr().out


@pytest.mark.parametrize(("overlay", "first_look"), [("dev", True), ("county", False)])
def test_every_secret_the_manifests_name_is_made(overlay: str, first_look: bool) -> None:
    made = {each["metadata"]["name"]: each["stringData"] for each in cluster_secrets.documents("postgres:5432", "redis:6379", first_look=first_look)}
    named = {name for document in render(MANIFESTS / "overlays" / overlay) for name in secrets(pod_spec(document))}
    assert named - made.keys() == (set() if first_look else {"admin-database"})  # optional where the platform may not create roles
    assert len({values["audit.pem"] for name, values in made.items() if name.endswith("-audit")}) == 5
    assert yaml.safe_load(made["accounts"]["accounts.yaml"])["accounts"] if first_look else "accounts" not in made
