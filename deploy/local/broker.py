"""Apache Kafka as a child process: one KRaft broker and controller in one Java process, the event log of the stack profile."""

import base64
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.local.child import Command, StartError
from deploy.local.server import Server, free_port

HOME = Path(__file__).parent / "kafka"
JARS = HOME / "target" / "jars"
RESOLVED = HOME / "target" / "resolved"
MAVEN_DEADLINE_S = 900
JAVA_AT_LEAST = 17

PROPERTIES: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # One broker: internal topics cannot have more replicas than that.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # A misspelt topic must fail here as it would in a district's cluster.
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    # A killed broker registers again as soon as its old session is over (the default is 9 s).
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "1000",
    # Audit and re-emission read old events: nothing expires by itself.
    "log.retention.ms": "-1",
    "log.segment.bytes": "67108864",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
    "background.threads": "2",
}

BEHIND_COMMANDS = 6
"""Niceness: what it carries was decided and kept already; taking the next command comes first."""
HEAP = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def java() -> str:
    """The java to run. Raises StartError when there is none, or it is too old."""
    found = shutil.which("java")
    if found is None:
        raise StartError("no Java on this machine: run deploy/local/packages.sh")
    answer = subprocess.run([found, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False)
    version = next((line.split("=")[1].strip() for line in answer.stderr.splitlines() if "java.specification.version =" in line), "0")
    if float(version) < JAVA_AT_LEAST:
        raise StartError(f"Kafka needs Java {JAVA_AT_LEAST} or newer, {found} is {version}: run deploy/local/packages.sh")
    return found


def class_path() -> str:
    """The jars named in kafka/pom.xml, fetched by Maven when they are missing or the file changed. Raises StartError."""
    RESOLVED.parent.mkdir(parents=True, exist_ok=True)
    with (HOME / "target" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (HOME / "pom.xml").read_text()
        if not RESOLVED.exists() or RESOLVED.read_text() != wanted:
            shutil.rmtree(JARS, ignore_errors=True)
            fetch_jars()
            RESOLVED.write_text(wanted)
    return f"{JARS}/*"


def fetch_jars() -> None:
    """Let Maven fetch the jars. Raises StartError."""
    maven = shutil.which("mvn")
    if maven is None:
        raise StartError("no Maven on this machine: run deploy/local/packages.sh")
    done = subprocess.run(
        [maven, "-q", "-B", "-f", str(HOME / "pom.xml"), "dependency:copy-dependencies"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=MAVEN_DEADLINE_S,
    )
    if done.returncode != 0:
        raise StartError(f"Maven could not fetch Kafka\n{done.stdout}{done.stderr}")


def live_brokers(host: str, port: int) -> int:
    """How many brokers the cluster counts as alive (registered, not fenced), asked by a Metadata request, version 4, without topics.

    Written out instead of opening a client: it costs a millisecond, and a client that finds no broker leaves threads and sockets behind.
    Raises OSError or struct.error while the broker does not answer.
    """
    metadata, version, correlation = 3, 4, 1
    body = struct.pack(">hhih", metadata, version, correlation, -1) + struct.pack(">i?", 0, False)
    with socket.create_connection((host, port), timeout=2) as connection, connection.makefile("rb") as answer:
        connection.sendall(struct.pack(">i", len(body)) + body)
        _size, _correlation, _throttle_ms, brokers = struct.unpack(">iiii", answer.read(16))
        return int(brokers)


class Kafka(Server):
    """A single-node Kafka on TCP ports of the loopback address."""

    name = "kafka"
    start_deadline_s = 90

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing starts yet."""
        super().__init__(directory)
        self.port = free_port()
        self._controller_port = free_port()

    def prepare(self) -> Command:
        """Write the configuration and, on first start, format the storage. Raises StartError."""
        properties = self.directory / "server.properties"
        properties.write_text("".join(f"{key}={value}\n" for key, value in {**PROPERTIES, **self._addresses()}.items()))
        program = [java(), *HEAP, f"-Dlog4j2.configurationFile={HOME / 'log4j2.properties'}", f"-Dkafka.logs.dir={self.directory}", "-cp", class_path()]
        if not (self.directory / "data" / "meta.properties").exists():
            self._format([*program, "kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster_id()}", "-c", str(properties)])
        return Command([*program, "kafka.Kafka", str(properties)], niceness=BEHIND_COMMANDS)

    def healthy(self) -> bool:
        """Whether the broker answers and is registered with its controller."""
        try:
            return live_brokers("127.0.0.1", self.port) == 1
        except (OSError, struct.error):
            return False

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """kafka://127.0.0.1:<port>."""
        return f"kafka://{self.address}"

    def _addresses(self) -> dict[str, str]:
        return {
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "log.dirs": str(self.directory / "data"),
        }

    def _cluster_id(self) -> str:
        return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")

    def _format(self, argv: list[str]) -> None:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, env=dict(os.environ))
        if done.returncode != 0:
            raise StartError(f"Kafka could not format its storage\n{done.stdout}{done.stderr}")
