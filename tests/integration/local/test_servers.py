"""Each real server starts, survives SIGKILL with what it promised to keep, restarts under its URL, and never outlives its starter."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis as RedisClient
from redis.exceptions import RedisError

from deploy.local import servers
from deploy.local.child import Child, Command
from deploy.local.profile import chosen_backends
from deploy.local.servers import EmbeddedPostgres, Postgres, Server, StartError, SystemPostgres
from deploy.local.stack import Stack

ROOT = Path(__file__).resolve().parents[3]
SERVERS: dict[str, list[type[Server]]] = {"embedded": [servers.EmbeddedPostgres], "stack": [servers.SystemPostgres, servers.Redis, servers.Kafka]}
CHOSEN: list[type[Server]] = [server for backend in chosen_backends() for server in SERVERS[backend]]
POSTGRES = [server for server in CHOSEN if issubclass(server, Postgres)]


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    made: Server = request.param(tmp_path / "server")
    yield made
    made.stop()


@pytest.mark.parametrize("server", CHOSEN, indirect=True)
def test_starts_is_killed_and_starts_again_under_its_url(server: Server) -> None:
    server.start()
    url, pid = server.url, server.child.pid
    server.kill()
    assert not server.alive
    assert not server.healthy()
    server.start()
    assert (server.url, server.healthy()) == (url, True)
    assert server.child.pid != pid
    server.restart()
    assert (server.url, server.healthy()) == (url, True)
    server.stop()
    assert not server.alive
    assert server.child.exit_code in {0, 143}  # Java reports the signal that stopped it


@pytest.mark.parametrize("server", POSTGRES, indirect=True)
async def test_a_commit_survives_the_power_cut(server: Server) -> None:
    server.start()
    connection = await asyncpg.connect(server.url)
    settings = {name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")}
    assert set(settings.values()) == {"on"}
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    server.kill()
    server.start()
    again = await asyncpg.connect(server.url)
    assert await again.fetchval("SELECT n FROM kept") == 1
    await again.close()
    connection.terminate()


async def _redis_refuses(server: Server) -> None:
    client: RedisClient = RedisClient.from_url(server.url)
    assert await client.set("key", "value") is True
    await client.aclose()
    stranger: RedisClient = RedisClient.from_url(f"redis://{server.url.rpartition('@')[2]}")
    with pytest.raises(RedisError, match=r"(?i)authenticat"):
        await stranger.get("key")
    await stranger.aclose()


async def _postgres_refuses(server: Server) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url, password="another")


REFUSES: dict[type[Server], Callable[[Server], Awaitable[None]]] = {servers.Redis: _redis_refuses, SystemPostgres: _postgres_refuses}


@pytest.mark.parametrize("server", CHOSEN, indirect=True)
async def test_what_listens_on_tcp_asks_for_its_password(server: Server) -> None:
    """The embedded server listens on no port; Kafka's listener is for this machine only."""
    server.start()
    assert server.healthy()
    if type(server) in REFUSES:
        await REFUSES[type(server)](server)


STARTER = """
import sys, time
from pathlib import Path
from deploy.local import servers
server = getattr(servers, sys.argv[1])(Path(sys.argv[2])).start()
print(server.child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("kind", CHOSEN)
def test_dies_with_its_starter(kind: type[Server], tmp_path: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, kind.__name__, str(tmp_path / "server")], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    child = psutil.Process(int(starter.stdout.readline()))
    with pytest.raises(StartError, match="in use"):
        kind(tmp_path / "server").start()
    starter.kill()
    starter.wait()
    starter.stdout.close()
    gone, alive = psutil.wait_procs([child], timeout=15)
    assert (len(gone), alive) == (1, [])


URLS = """
import json, sys
from pathlib import Path
from deploy.local.stack import running
with running(sys.argv[1], Path(sys.argv[2])) as environment:
    print(json.dumps(environment))
"""


def sleeper(directory: Path) -> Child:
    child = Child("sleeper", directory)
    child.spawn(Command(["sleep", "600"]))
    return child


def test_a_left_over_is_ended_and_a_stranger_is_not(tmp_path: Path) -> None:
    first = sleeper(tmp_path)
    left_over = first.pid
    assert left_over is not None
    second = sleeper(tmp_path)  # as after a crash of the first starter: only the pid file tells
    assert not psutil.pid_exists(left_over) or psutil.Process(left_over).status() == psutil.STATUS_ZOMBIE
    second.stop()

    stranger = subprocess.Popen(["sleep", "600"])
    (tmp_path / "sleeper.pid").write_text(f'{{"pid": {stranger.pid}, "created": {time.time() - 1000}}}')
    third = sleeper(tmp_path)
    assert stranger.poll() is None
    third.kill()
    stranger.send_signal(signal.SIGKILL)
    stranger.wait()
    assert not first.alive


def test_a_child_that_stands_back_is_nicer_than_we_are(tmp_path: Path) -> None:
    child = Child("background", tmp_path)
    child.spawn(Command(["sleep", "600"], niceness=5))
    try:
        process = psutil.Process(child.pid)
        child.wait_healthy(lambda: process.name() == "sleep", 5)
        assert process.nice() == min(19, psutil.Process().nice() + 5)
        if (group := Path(f"/proc/{child.pid}/autogroup")).exists():  # else niceness between processes is all there is
            assert group.read_text().strip().endswith("nice 5")
    finally:
        child.kill()


def test_the_error_shows_the_tail_of_the_log(tmp_path: Path) -> None:
    child = Child("broken", tmp_path)
    child.spawn(Command(["sh", "-c", "echo the disk is full; exit 3"]))
    with pytest.raises(StartError, match=r"(?s)ended with code 3.*the disk is full"):
        child.wait_healthy(lambda: False, 5)


def test_a_child_that_never_gets_healthy_is_reported(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    with pytest.raises(StartError, match=r"not healthy within 0\.1 s"):
        child.wait_healthy(lambda: False, 0.1)
    child.stop()


def test_a_socket_path_too_long_moves_to_a_private_directory(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20) / "postgres"
    with EmbeddedPostgres(deep) as server:
        directory = server.socket_directory()
        assert not directory.is_relative_to(deep)
        assert directory.stat().st_mode & 0o077 == 0
    directory.rmdir()


def test_an_interrupted_first_start_is_made_good(tmp_path: Path) -> None:
    (tmp_path / "server" / "data.new" / "base").mkdir(parents=True)
    with EmbeddedPostgres(tmp_path / "server") as server:
        assert server.healthy()


@pytest.mark.parametrize("profile", chosen_backends())
def test_both_profiles_give_the_same_three_urls(profile: str, tmp_path: Path) -> None:
    answer = subprocess.run([sys.executable, "-c", URLS, profile, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"FENGHUO_DATABASE_URL", "FENGHUO_LOG_URL", "FENGHUO_HOT_URL"} == set(json.loads(answer.stdout))


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="known are embedded, stack"):
        Stack("docker", tmp_path)  # type: ignore[arg-type]


def test_a_failed_start_leaves_nothing_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Stack("embedded", tmp_path)
    monkeypatch.setattr("deploy.local.stack.LOG_DATABASE", 'no"such"name\0')
    with pytest.raises((ValueError, OSError, asyncpg.PostgresError)):
        stack.start()
    assert not any(server.alive for server in stack.servers)
