"""`fenghuo roads …`: the road file that dispatch takes travel times from."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

app = typer.Typer(no_args_is_help=True, help="道路数据 / road data")


@app.callback()
def root() -> None:
    """道路数据 / road data."""


def default_path() -> Path:
    """Where the road file is: FENGHUO_ROADS, else var/roads.npz."""
    return Path(os.environ.get("FENGHUO_ROADS") or "var/roads.npz")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="OpenStreetMap 数据文件（.osm.pbf 等） / an OpenStreetMap file")],
    out: Annotated[
        Path | None, typer.Option(help="写入何处（空：FENGHUO_ROADS，或 var/roads.npz） / where to write (empty: FENGHUO_ROADS or var/roads.npz)")
    ] = None,
) -> None:
    """导入路网 / import a road network for travel times."""
    from services.dispatch.solver.travel import osm

    console, target = Console(soft_wrap=True), out or default_path()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("读取道路 / reading ways")
        try:
            made = osm.read(file, lambda ways: progress.update(task, description=f"读取道路 / reading ways: {ways:,}"))
            made.network.save(target)
        except (ValueError, OSError) as error:
            console.print(f"[red]无法导入 / cannot import:[/red] {error}")
            raise typer.Exit(1) from error
    net = made.network
    console.print(f"道路 / ways: 读取 read {made.ways_read:,}，可通行 drivable {made.ways_used:,}")
    console.print(f"路网 / network: {net.nodes:,} 节点 nodes，{net.arcs:,} 路段 arcs，{made.kilometres:,.0f} km，{len(net.names):,} 路名 names")
    console.print(f"不连通而略去 / left out as not connected: {made.nodes_cut_off:,} 节点 nodes")
    console.print(f"范围 / extent: {net.lon.min():.4f}–{net.lon.max():.4f}° E，{net.lat.min():.4f}–{net.lat.max():.4f}° N")
    console.print(f"写入 / written: {target}（{target.stat().st_size / 1e6:.1f} MB）")
