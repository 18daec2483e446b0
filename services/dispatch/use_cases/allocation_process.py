"""The worker process: started with the first job, told one job at a time, killed when nobody wants its answer any more."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from chassis.logs import logger
from chassis.settings import ROOT

if TYPE_CHECKING:
    from services.dispatch.use_cases.allocation_job import Job

log = logger(__name__)
LINE_BYTES = 64 * 1024 * 1024
"""A longer answer is no answer (100,000 lines of 300 bytes fit twice)."""


class WorkerGoneError(RuntimeError):
    """The worker ended before it answered."""


class WorkerProcess:
    """At most one process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 when there is none."""
        return self._process.pid if self._process is not None else 0

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.dispatch.use_cases.allocation_worker", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                limit=LINE_BYTES, env=environment, cwd=ROOT,
            )  # fmt: skip
            log.info("allocation worker started", pid=self._process.pid)
        return self._process

    async def answers(self, job: "Job") -> AsyncGenerator[Mapping[str, Any], None]:
        """What the worker says of a job: progress, and last the result or trouble. WORKER_GONE when it ends before."""
        process = await self._started()
        given, said = process.stdin, process.stdout
        if given is None or said is None:
            raise WorkerGoneError
        try:
            given.write(_encoded(job))
            await given.drain()
            while line := await said.readline():
                message = json.loads(line)
                yield message
                if message["kind"] != "progress":
                    return
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerGoneError from error
        raise WorkerGoneError

    async def kill(self) -> None:
        """End it, whatever it does."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
            log.info("allocation worker ended", pid=process.pid)


def _encoded(job: "Job") -> bytes:
    import numpy as np

    body = io.BytesIO()
    np.savez(body, **job.arrays)  # type: ignore[arg-type]  # its stub takes the flag allow_pickle for one more array
    return json.dumps({**job.meta, "bytes": body.tell()}).encode() + b"\n" + body.getvalue()
