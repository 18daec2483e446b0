"""`fenghuo …`."""

from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from typer.core import TyperGroup

from cli import audit, events, roads
from cli.api import RefusedError
from cli.exercise import command as exercise

NOT_DONE = 2
"""Exit status when the platform refused or did not answer: nothing was found out, so it is not the 1 of a command's own finding."""


class Told(TyperGroup):
    """Commands whose refusals are told in a line, not as a trace."""

    def invoke(self, ctx: Any) -> object:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except RefusedError as refusal:
            problem = refusal.problem
            typer.echo(f"平台拒绝了请求 / refused: {refusal.status} {refusal.code} {problem.get('message_zh', '')} / {problem.get('message_en', '')}", err=True)
        except httpx.TransportError as error:
            typer.echo(f"平台没有应答，请核对地址，确认平台在运行 / the platform does not answer; check its address and that it runs: {error}", err=True)
        raise typer.Exit(NOT_DONE)


app = typer.Typer(cls=Told, no_args_is_help=True, add_completion=False, help="烽火应急指挥平台 / Fenghuo emergency command platform")


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
