"""The solver's machine code: compiled once, kept on disk, and found there by every process that loads the solver.

Compiling all of it takes a minute of one core or half a minute of two; loading it from disk takes two seconds. In the image it is made at build time, for
any processor, and laid into a writable place by `lay_out` (the compiler keeps no code where it cannot write). In a working copy children of low priority make
it after the first start.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from chassis.logs import logger
from chassis.settings import ROOT

log = logger(__name__)
LAID_OUT = "FENGHUO_COMPILED"
"""Where the image keeps the code; unset elsewhere."""

PLACE = "NUMBA_CACHE_DIR"
"""Where the compiler looks; beside the sources when unset."""

HALVES = {"units": "sweep.sweep-*.nbi", "stores": "repack._anneal-*.nbi"}
"""What `precompile` makes in one process each, and what it makes last: where that is, all is."""


def lay_out() -> None:
    """Put the image's code where the compiler looks; before the solver is imported. Nothing where there is no such code, or it is there already."""
    made, place = os.environ.get(LAID_OUT), os.environ.get(PLACE)
    if made and place and Path(made).is_dir() and not Path(place).exists():
        part = Path(f"{place}.{os.getpid()}")
        shutil.copytree(made, part)
        try:
            part.rename(place)
        except OSError:
            shutil.rmtree(part)


def missing() -> list[str]:
    """The halves of which no code is on disk yet."""
    place = os.environ.get(PLACE)
    folder = Path(place) if place else ROOT / "services" / "dispatch" / "solver"
    return [half for half, last in HALVES.items() if next(folder.rglob(last), None) is None]


async def make_once() -> None:
    """Let children of low priority compile what is missing; a service that is not asked meanwhile holds none of it."""
    lay_out()
    if wanted := missing():
        log.info("the solver is being compiled")
        await asyncio.gather(*(_compiled(half) for half in wanted))


async def _compiled(half: str) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = (sys.executable, "-m", "services.dispatch.use_cases.precompile", half)
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL)
    try:
        if await process.wait():
            log.warning("the solver could not be compiled ahead; the first question will wait for it", code=process.returncode)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
