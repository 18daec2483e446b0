"""`fenghuo audit …`: the proof that nobody changed what was written down."""

import typer
from rich.console import Console
from rich.markup import escape

from cli.operator import HERE, Address, Password, User, api

app = typer.Typer(no_args_is_help=True, help="审计 / audit")


@app.callback()
def root() -> None:
    """审计 / audit."""


@app.command()
def verify(password: Password, address: Address = HERE, user: User = "auditor") -> None:
    """逐条重算各服务的审计链 / recompute every service's audit chain; ends with 1 when one is broken or does not answer."""
    console = Console(soft_wrap=True)
    with api(address, password, timeout_s=70) as platform:
        report = platform.get(user, "/audit")
    for name, chain in report["chains"].items():
        findings = chain.get("findings") or []
        if "error" in chain or findings:
            console.print(f"[red]✗[/] {name}: {escape(chain.get('error', ''))}")
            for finding in findings:
                console.print(f"    {finding.get('chainSeq')}: {escape(finding.get('problem', ''))}")
        else:
            head = chain.get("head") or {}
            console.print(f"[green]✓[/] {name}: {chain.get('rows', 0)} 条 rows，链头 head {head.get('chainSeq', 0)} {head.get('chainHash', '')}")
    raise typer.Exit(0 if report["intact"] else 1)
