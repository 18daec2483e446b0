"""Runs the demo against a given platform, or against one of its own that it starts and stops."""

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.api import Api
from cli.demo.flood import STEPS, TITLE, figures, timeline
from cli.demo.player import play
from cli.demo.report import beijing, write
from cli.demo.world import World


def run(console: Console, address: str, password: str, report: Path) -> bool:
    """Play scenario A, write the report; True when every expectation held."""
    if address:
        return play_against(console, Api(address, lambda _user: password), report)
    with own_platform(console) as api:
        return play_against(console, api, report)


def play_against(console: Console, api: Api, report: Path) -> bool:
    """Play against a platform that is running."""
    world = World(api, director="administrator", run_id=uuid4().hex[:12])
    held = play(world, STEPS, console)
    told = timeline(world)
    write(report, world, STEPS, TITLE, told, figures(world))
    _print(console, told)
    console.print("   ".join(f"{name} [bold]{value}[/]" for name, value in figures(world).items()))
    console.print(f"总结评估报告 / after-action report: {report.resolve()}")
    return held


def _print(console: Console, told: Sequence[Mapping[str, Any]]) -> None:
    """The timeline as the platform gave it back."""
    table = Table("时间 time", "事项 what", "", "人员 who", title="系统记录的时间线 timeline as the platform tells it", title_justify="left", box=None)
    for row in told:
        table.add_row(beijing(row["time"]), row["word"], f"[dim]{row['what']}[/]", escape(row["who"]))
    console.print(table)


@contextmanager
def own_platform(console: Console, more: Mapping[str, str] | None = None) -> Iterator[Api]:
    """A platform with the sample district that lives as long as the block; every component gets the settings `more` besides."""
    from deploy.local.platform import Platform

    with tempfile.TemporaryDirectory(prefix="fhdemo") as directory:
        settings = {"FENGHUO_CLOCK_CONTROL": "true", **(more or {})}
        platform = Platform(
            "embedded", Path(directory), fixed_ports=False, settings=settings, progress=lambda step, seconds: console.print(f"[dim]✓ {step} {seconds:.1f} s[/]")
        )
        with console.status("正在启动演示平台 / starting a platform for the demo"):
            platform.start()
        stop = threading.Event()
        watch = threading.Thread(target=platform.supervise, args=(stop,))
        watch.start()
        try:
            yield Api(f"http://{platform.address()}", lambda _user: platform.password)
        finally:
            stop.set()
            watch.join()
            platform.stop()
