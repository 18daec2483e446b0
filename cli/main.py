"""`fenghuo …`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli import audit, events, roads
from cli.exercise import command as exercise

app = typer.Typer(no_args_is_help=True, add_completion=False, help="烽火应急指挥平台 / Fenghuo emergency command platform")


app.add_typer(roads.app, name="roads")
app.add_typer(exercise.app, name="exercise")
app.add_typer(events.app, name="events")
app.add_typer(audit.app, name="audit")


@app.callback()
def root() -> None:
    """烽火应急指挥平台 / Fenghuo emergency command platform."""


@app.command()
def demo(
    address: Annotated[
        str, typer.Option(help="运行中的平台地址（须允许调整时钟）；空则自行启动一套 / a running platform whose clock may be set; empty: start one")
    ] = "",
    password: Annotated[str, typer.Option(help="示例账号口令 / password of the sample log-ins")] = "",
    report: Annotated[Path, typer.Option(help="总结评估报告 / where the after-action report goes")] = Path("var/demo/report.html"),
) -> None:
    """演示一场山洪：从雨量越限到归档 / one flash flood, from the first rain gauge to the archive."""
    from cli.demo.command import run

    raise typer.Exit(0 if run(Console(), address, password, report) else 1)


if __name__ == "__main__":
    app()
