"""`make run`: the whole platform on this machine, until Ctrl-C.

Settings: FENGHUO_PROFILE (embedded, the default, or stack), FENGHUO_VAR (directory of the data, `var`), FENGHUO_PORT (of the web page, 8080),
FENGHUO_SAMPLE (`no` leaves the sample district out), FENGHUO_REPLICAS (`dispatch=2`, stack only: several processes of a service).
Exit code: 0 stopped in order, 1 not started, 2 something had to be killed while stopping.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.local import page
from deploy.local.child import StartError
from deploy.local.components import COMPONENTS, Component, replicated
from deploy.local.platform import Platform
from deploy.local.profile import Profile
from deploy.local.supervisor import State

ROOT = Path(__file__).resolve().parents[2]
STEPS = {
    "servers": "数据库等服务器 / servers",
    "databases": "密钥与数据库 / keys and databases",
    "migrations": "数据库结构 / database schemas",
    "components": "全部组件就绪 / every component ready",
    "district": "示例区县大武口 / sample district Dawukou",
}
SHOWN = {"duty_officer", "duty_leader", "commander", "warehouse_keeper", "alert_editor", "alert_issuer", "expert_manager", "administrator"}
TITLES = {component.name: component.title for component in COMPONENTS}


class Terminal:
    """What the person at the terminal sees: one line per finished step, a spinner for the one under way."""

    def __init__(self, console: Console) -> None:
        """Write to the console."""
        self.console = console
        self._status = console.status("启动中 / starting")

    def progress(self, step: str, seconds: float) -> None:
        """A step of the start is done."""
        self.console.print(f"[green]✓[/] {STEPS[step]} [dim]{seconds:.1f} s[/]")

    def notice(self, name: str, state: State, detail: str) -> None:
        """A component changed its state."""
        title, detail = TITLES.get(name.partition("-")[0], name), escape(detail)
        match state:
            case State.READY:
                self.console.print(f"  [green]✓[/] {title} [dim]{detail}[/]")
            case State.RESTARTING:
                self.console.print(f"  [yellow]![/] {title}: {detail}", soft_wrap=True)
            case _:
                self._status.update(f"{title}: {state}")

    def start(self, platform: Platform) -> None:
        """Start the platform under the spinner."""
        with self._status:
            platform.serve()

    def load_district(self, platform: Platform) -> None:
        """The first start brings the sample district; the page and the log-ins work meanwhile."""
        with self.console.status(f"{STEPS['district']} …"):
            platform.load_district()

    def welcome(self, platform: Platform, seconds: float) -> None:
        """Say where it is."""
        self.console.print(f"[bold green]烽火已就绪 / Fenghuo is ready[/] [dim]({seconds:.1f} s)[/]  →  [bold]http://{platform.address()}[/]")
        self.console.print(f"示例账号（均为虚构），口令相同 / sample log-ins (all invented), one password: [bold]{platform.password}[/]")
        table = Table.grid(padding=(0, 2))
        for account in platform.accounts:
            if account.username in SHOWN:
                table.add_row(f"  [bold]{account.username}[/]", escape(account.name))
        self.console.print(table)
        self.console.print(f"[dim]全部账号 / all accounts: {platform.directory / 'accounts.yaml'}[/]")
        self.console.print(f"[dim]数据与日志 / data and logs: {platform.directory}    停止 / stop: Ctrl-C[/]")


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Ctrl-C, SIGTERM and SIGHUP stop the platform."""
    raise KeyboardInterrupt


def profile() -> Profile:
    """The profile FENGHUO_PROFILE names; raises StartError."""
    match os.environ.get("FENGHUO_PROFILE", "embedded"):
        case "embedded":
            return "embedded"
        case "stack":
            return "stack"
        case unknown:
            raise StartError(f"FENGHUO_PROFILE={unknown}: known are embedded and stack")


def replicas() -> dict[str, int]:
    """How many processes of each service FENGHUO_REPLICAS asks for, as `dispatch=2,alerts=2`; raises StartError."""
    asked = [part.partition("=") for part in os.environ.get("FENGHUO_REPLICAS", "").split(",") if part.strip()]
    for name, _, number in asked:
        if not number.strip().isdecimal():
            raise StartError(f"FENGHUO_REPLICAS: {name}={number}: a number is needed, as in dispatch=2")
    return {name.strip(): int(number) for name, _, number in asked}


def build(terminal: Terminal, components: Sequence[Component]) -> Platform:
    """The platform the environment describes; raises StartError."""
    port = os.environ.get("FENGHUO_PORT")
    if port is not None and not port.isdecimal():
        raise StartError(f"FENGHUO_PORT={port}: a number is needed")
    directory = Path(os.environ.get("FENGHUO_VAR", ROOT / "var"))
    chosen, numbers = profile(), replicas()
    if chosen == "embedded" and any(number > 1 for number in numbers.values()):
        raise StartError("FENGHUO_REPLICAS: replicas share their hot state in Redis, which the embedded profile does without; set FENGHUO_PROFILE=stack")
    try:
        components = replicated(numbers, components)
    except ValueError as error:
        raise StartError(f"FENGHUO_REPLICAS: {error}") from error
    return Platform(
        chosen,
        directory,
        components=components,
        http_port=int(port) if port else None,
        sample=os.environ.get("FENGHUO_SAMPLE", "yes") != "no",
        notice=terminal.notice,
        progress=terminal.progress,
    )


def run(terminal: Terminal, components: Sequence[Component] = COMPONENTS) -> int:
    """Start, serve until a signal, stop; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: a shell may have handed it over ignored
        signal.signal(number, interrupt)
    started = time.monotonic()
    try:
        platform = build(terminal, components)
    except StartError as error:
        terminal.console.print(f"[red]✗ {escape(str(error))}[/]", soft_wrap=True)
        return 1
    code = 0
    try:
        terminal.start(platform)
        terminal.welcome(platform, time.monotonic() - started)
        terminal.load_district(platform)
        platform.supervise(threading.Event())
    except StartError as error:
        terminal.console.print(f"[red]✗ {escape(str(error))}[/]", soft_wrap=True)
        code = 1
    except KeyboardInterrupt:
        terminal.console.print("正在停止 / stopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # stopping is bounded; a second Ctrl-C must not leave half of it running
        in_order = platform.stop()
    if code == 0 and not in_order:
        terminal.console.print("[yellow]有进程未按时停止，已强制结束 / a process did not stop in time and was killed; no data is lost[/]")
        return 2
    return code


def main() -> None:
    """Build the page if there is none, then run until told to stop."""
    console = Console(highlight=False)
    if not page.built():
        try:
            page.build_with_progress(console)
        except KeyboardInterrupt:
            sys.exit(1)
    sys.exit(run(Terminal(console)))


if __name__ == "__main__":
    main()
