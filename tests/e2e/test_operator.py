"""The operator's commands on a running platform: audit chains verify, no dead letters lie about, nothing is missing on the log."""

from typer.testing import CliRunner

from cli.main import app
from deploy.local.platform import Platform


def test_the_operators_commands_answer(platform: Platform) -> None:
    told = {"FENGHUO_ADDRESS": f"http://{platform.address()}", "FENGHUO_PASSWORD": platform.password}
    for command, word in ((["audit", "verify"], "head"), (["events", "dead", "list"], "no dead letters"), (["events", "reconcile"], "checked")):
        done = CliRunner().invoke(app, command, env=told)
        assert (done.exit_code, word in done.output) == (0, True), done.output
