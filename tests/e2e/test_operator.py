"""The operator's commands on a running platform: audit chains verify, no dead letters lie about, nothing is missing on the log."""

from typer.testing import CliRunner

from cli.main import NOT_DONE, app
from deploy.local.platform import Platform


def test_the_operators_commands_answer(platform: Platform) -> None:
    told = {"FENGHUO_ADDRESS": f"http://{platform.address()}", "FENGHUO_PASSWORD": platform.password}
    for command, word in ((["audit", "verify"], "head"), (["events", "dead", "list"], "no dead letters"), (["events", "reconcile"], "checked")):
        done = CliRunner().invoke(app, command, env=told)
        assert (done.exit_code, word in done.output) == (0, True), done.output


def test_a_refusal_and_silence_are_told_in_a_line_and_are_no_finding(platform: Platform) -> None:
    """A wrong password ended `audit verify` with a trace and with 1, which stands for a broken chain."""
    wrong = {"FENGHUO_ADDRESS": f"http://{platform.address()}", "FENGHUO_PASSWORD": "wrong"}
    silent = {"FENGHUO_ADDRESS": "http://127.0.0.1:1", "FENGHUO_PASSWORD": "any"}
    for told, word in ((wrong, "LOGIN_FAILED"), (silent, "does not answer")):
        done = CliRunner().invoke(app, ["audit", "verify"], env=told)
        assert (done.exit_code, word in done.output, "Traceback" in done.output) == (NOT_DONE, True, False), done.output
