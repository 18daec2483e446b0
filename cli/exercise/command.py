"""`fenghuo exercise …`."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

app = typer.Typer(no_args_is_help=True, help="演练：按脚本在真实系统上进行并评估 / exercises: a scenario played on the real system and evaluated")


File = Annotated[Path, typer.Argument(help="脚本文件 / scenario file")]
Address = Annotated[str, typer.Option(help="运行中的平台地址；空则用自行启动的示例区平台 / a running platform; empty: one of its own with the sample district")]
Password = Annotated[str, typer.Option(help="示例账号口令 / password of the sample log-ins")]


@app.command()
def check(file: File, address: Address = "", password: Password = "") -> None:
    """检查脚本 / say whether a scenario file can be played."""
    from cli.exercise.arrivals import expand

    scenario = _scenario(Console(), file, address, password)
    calls = sum(len(expand(process, scenario.place, scenario.seed)) for process in scenario.arrivals)
    Console().print(
        f"[green]✓[/] {escape(scenario.title.zh)}：注入 injects {len(scenario.injects)}，来电 arrivals {calls}，预期 expected {len(scenario.expected)}"
    )


@app.command()
def run(
    file: File,
    address: Address = "",
    password: Password = "",
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="快放倍数 / how many times faster than the scenario's clock")] = 1.0,
    players: Annotated[
        Literal["auto", "none"], typer.Option(help="auto：席位自动处置；none：由人在页面上处置 / who acts: the engine's seats, or people in the page")
    ] = "none",
    report: Annotated[Path, typer.Option(help="评估报告 / where the evaluation report goes")] = Path("var/exercise/report.html"),
) -> None:
    """进行一场演练 / play an exercise; ends with 1 when the pass mark is missed, 2 when the file is wrong."""
    from cli.exercise.playing import play

    console = Console()
    scenario = _scenario(console, file, address, password)
    raise typer.Exit(0 if play(console, scenario, address, password, speed=speed, automatic=players == "auto", report=report) else 1)


def _scenario(console: Console, file: Path, address: str, password: str):  # type: ignore[no-untyped-def]  # the models load only when they are needed
    from cli.exercise.reading import ScenarioError, read
    from cli.exercise.registers import named_units

    try:
        return read(file, named_units(address, password))
    except ScenarioError as error:
        for fault in error.faults:
            console.print(f"[red]✗[/] {escape(fault)}", soft_wrap=True)
        raise typer.Exit(2) from error
