"""`fenghuo events …`: dead letters and events that the log lost."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.operator import HERE, Address, Password, User, api

app = typer.Typer(no_args_is_help=True, help="事件：死信与补发 / events: dead letters, and what the log lost")
dead = typer.Typer(no_args_is_help=True, help="死信：消费方无法处理的事件 / dead letters: events that a consumer could not apply")
app.add_typer(dead, name="dead")


@dead.command("list")
def list_(password: Password, address: Address = HERE, user: User = "administrator") -> None:
    """列出尚未重放的死信 / list the dead letters that were not replayed; ends with 1 when there are some."""
    console = Console(soft_wrap=True)
    with api(address, password) as platform:
        letters = platform.get(user, "/events/dead")["letters"]
    table = Table("编号 id", "事件 event", "消费方 group", "原因 reason", "时间 time", box=None)
    for letter in letters:
        table.add_row(*(escape(str(letter[name])) for name in ("id", "type", "group", "reason", "time")))
    console.print(table if letters else "[green]✓[/] 没有死信 / no dead letters")
    raise typer.Exit(1 if letters else 0)


@dead.command("replay")
def replay(
    password: Password,
    ids: Annotated[list[str] | None, typer.Argument(help="死信编号（见 list） / ids as `list` shows them")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部 / all of them")] = False,
    address: Address = HERE,
    user: User = "administrator",
) -> None:
    """把死信放回原主题重新处理（每个事件只生效一次） / put letters back on their topics; an event takes effect once."""
    if bool(ids) == everything:
        raise typer.BadParameter("给出编号或 --all / give ids or --all")
    with api(address, password) as platform:
        done = platform.post(user, "/events/dead:replay", {"all": True} if everything else {"ids": ids})
    Console().print(f"[green]✓[/] 已放回 / put back: {done['replayed']}")


@app.command()
def reconcile(
    password: Password,
    hours: Annotated[int, typer.Option(min=1, max=168, help="回看多少小时（不超过日志的保留期） / how far back, within the log's retention")] = 24,
    address: Address = HERE,
    user: User = "administrator",
) -> None:
    """对照各服务日志账与事件日志，补发缺失的事件 / compare journals with the log and publish what is missing; ends with 1 when a service does not answer."""
    with api(address, password, timeout_s=310) as platform:
        services = platform.post(user, "/events:reconcile", {"hours": hours})["services"]
    for name, told in services.items():
        if "error" in told:
            Console().print(f"[red]✗[/] {name}: {told['error']}")
        else:
            Console().print(f"[green]✓[/] {name}: 核对 checked {told['checked']}，补发 republished {told['republished']}")
    raise typer.Exit(1 if any("error" in told for told in services.values()) else 0)
