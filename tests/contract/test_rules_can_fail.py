"""Every house rule refuses what it is there to refuse: sizes, words, layout, and texts of refusals, each fed a file that breaks it."""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tools import check_budgets, check_generated, check_layout, check_messages, run_tests

ROOT = Path(__file__).resolve().parents[2]
LINES = "x = 1\n"
LONG_FUNCTION = "def plan() -> None:\n" + "    x = 1\n" * 50


def said(found: Iterable[str], words: str) -> bool:
    """True when one of the violations says so."""
    return any(words in line for line in found)


# name -> (path, content, what the violation must say). The words are written in two parts, or the check would refuse this file.
OVER_BUDGET: dict[str, tuple[str, str, str]] = {
    "a module of 401 lines": ("services/plans/model.py", LINES * 401, "401 lines, the budget is 400"),
    "a page of 401 lines": ("gateway/page/src/board.tsx", LINES * 401, "401 lines"),
    "a chassis module of 251 lines": ("chassis/rpc.py", LINES * 251, "the budget is 250"),
    "a main of 81 lines": ("services/plans/main.py", LINES * 81, "the budget is 80"),
    "a function of 51 lines": ("services/plans/model.py", LONG_FUNCTION, "plan has 51 lines"),
    "a junk drawer": ("gateway/utils.py", "", "'utils.py' is not a word of the field"),
    "a junk drawer with a first name": ("gateway/page/src/date-helpers.ts", "", "not a word of the field"),
    "a manager": ("services/plans/manager/__init__.py", "", "'manager' is not a word of the field"),
    "a registry": ("requirements/main.txt", "--index-url https://py" + "pi.org/simple\n", "names a package registry"),
    "a registry in code": ("deploy/k8s/job.yaml", "image: registry.npm" + "js.org/x\n", "names a package registry"),
    "a path of one machine": ("docs/runbooks/log.md", "see /ho" + "me/li/fenghuo\n", "names a path of one machine"),
    "unfinished work": ("services/plans/model.py", "x = 1  # TO" + "DO later\n", "marks unfinished work"),
    "unfinished work in a page": ("gateway/page/src/map.ts", "// FIX" + "ME\n", "marks unfinished work"),
    "a skipped test": ("tests/unit/test_plans.py", "@pytest.mark.sk" + "ip\ndef test(): ...\n", "skips a test"),
    "an expected failure": ("tests/unit/test_plans.py", "@pytest.mark.xf" + "ail\ndef test(): ...\n", "skips a test"),
    "a skipped page test": ("gateway/page/src/map.test.ts", "it.sk" + "ip('draws', () => {})\n", "skips a test"),
    "a swallowed exception": ("chassis/rpc.py", "try:\n    x = 1\nexcept Exception:\n    pass\n", "is swallowed"),
    "a swallowed anything": ("chassis/rpc.py", "try:\n    x = 1\nexcept (ValueError, BaseException):\n    ...\n", "is swallowed"),
    "a bare except": ("chassis/rpc.py", "for x in y:\n    try:\n        x()\n    except:\n        continue\n", "is swallowed"),
    "a suppressed exception": ("chassis/rpc.py", "with contextlib.suppress(Exception):\n    x = 1\n", "is swallowed"),
    "Python of another version": ("chassis/rpc.py", "def first(\n", "no Python 3."),
    "generated code outside gen": ("services/plans/plans_pb2.py", "", "generated code lives in gen/ only"),
    "generated code by its mark": ("gateway/page/src/schema.ts", "/* DO NOT " + "EDIT */\n", "generated code lives in gen/ only"),
}
WITHIN_BUDGET: dict[str, tuple[str, str]] = {
    "a module of 400 lines": ("services/plans/model.py", LINES * 400),
    "a migration of any length": ("services/plans/migrations/versions/0001_first.py", LINES * 900),
    "a function of 50 lines": ("services/plans/model.py", LONG_FUNCTION.removesuffix("    x = 1\n")),
    "generated code of any length": ("gen/fenghuo/plans/v1/plans_pb2.py", LINES * 900),
    "an exception that is told": ("chassis/rpc.py", "try:\n    x = 1\nexcept Exception:\n    log()\n    raise\n"),
    "one kind of exception left alone": ("chassis/rpc.py", "try:\n    x = 1\nexcept KeyError:\n    pass\n"),
}


@pytest.mark.parametrize("name", OVER_BUDGET)
def test_budget_refuses(name: str) -> None:
    path, content, words = OVER_BUDGET[name]
    found = list(check_budgets.check_file(path, content.encode()))
    assert said(found, words), found


@pytest.mark.parametrize("name", WITHIN_BUDGET)
def test_budget_allows(name: str) -> None:
    path, content = WITHIN_BUDGET[name]
    assert list(check_budgets.check_file(path, content.encode())) == []


def test_budget_refuses_big_data() -> None:
    assert said(check_budgets.check_file("districts/dawukou/dem.bin", b"\xff" * 2_000_000), "the budget is 2000000")


MISPLACED: dict[str, tuple[str, str, str]] = {
    "a stray module in a service": ("services/dispatch/helpers.py", "", "not in the skeleton"),
    "stray data in a service": ("services/dispatch/fixtures.json", "", "not in the skeleton"),
    "another service's library": ("services/plans/solver/__init__.py", "", "not in the skeleton"),
    "a seventh service": ("services/weather/model.py", "", "'weather' is not a service"),
    "a loose file among the services": ("services/base.py", "", "'base.py' is not a service"),
    "a stray module in the chassis": ("chassis/retry.py", "", "not in the closed list of the chassis"),
    "a model that imports sqlalchemy": ("services/plans/model.py", "import sqlalchemy", "model may not import sqlalchemy"),
    "a model that imports any other library": ("services/plans/model/drills.py", "import numpy", "model may not import numpy"),
    "a model that imports the chassis at large": ("services/plans/model.py", "from chassis import clock", "may not import chassis.clock"),
    "errors that import the codec": ("services/plans/errors.py", "from services.plans.codec import decode", "errors may not import services.plans.codec"),
    "a chassis that knows a service's messages": ("chassis/audit.py", "from fenghuo.plans.v1 import plans_pb2", "the chassis may not import"),
    "a call from service to service": ("services/plans/clients.py", "from fenghuo.experts.v1 import experts_pb2_grpc", "plans may not call experts"),
    "the same call, imported whole": ("services/plans/clients.py", "import fenghuo.experts.v1.experts_pb2_grpc", "plans may not call experts"),
}
IN_PLACE: dict[str, tuple[str, str]] = {
    "a pure model": (
        "services/plans/model/drills.py",
        "from chassis.states import Machine\nfrom services.plans import errors\nfrom . import plans\nimport enum",
    ),
    "a model on its field's library": ("services/dispatch/model.py", "from services.dispatch.grading import assess"),
    "another service's messages": ("services/plans/consumers.py", "from fenghuo.experts.v1 import events_pb2"),
    "its own stubs": ("services/plans/servicer/plans.py", "from fenghuo.plans.v1 import plans_pb2_grpc"),
    "shared types in the chassis": ("chassis/audit.py", "from fenghuo.type.v1 import event_pb2"),
    "a migration": ("services/plans/migrations/versions/0001_first.py", "import alembic"),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_layout_refuses(name: str) -> None:
    path, text, words = MISPLACED[name]
    found = list(check_layout.check_file(path, text))
    assert said(found, words), found


@pytest.mark.parametrize("name", IN_PLACE)
def test_layout_allows(name: str) -> None:
    path, text = IN_PLACE[name]
    assert list(check_layout.check_file(path, text)) == []


def test_layout_refuses_what_the_import_contracts_would_not_see() -> None:
    assert list(check_layout.unseen_packages(["services/plans/use_cases/drills.py", "services/plans/migrations/env.py"])) == [
        "services/plans/use_cases: holds Python but no __init__.py"
    ]
    assert said(check_layout.both_file_and_package(["chassis/rpc.py", "chassis/rpc/__init__.py"]), "beside a package of the same name")


def test_checks_read_the_whole_tree(tmp_path: Path) -> None:
    """A file that is not yet tracked is read too; an ignored one is not."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("var/\n")
    for path in ("services/dispatch/helpers.py", "var/helpers.py"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(LINES * 401)
    assert [line.split(":")[0] for line in check_layout.violations(tmp_path)] == ["services/dispatch/helpers.py", "services/dispatch"]
    assert len(check_budgets.violations(tmp_path)) == 2


def test_stale_generated_code_is_refused(tmp_path: Path) -> None:
    """Edited, missing and left-over files under gen/ are each told."""
    kept, fresh = tmp_path / "kept", tmp_path / "fresh"
    for directory, files in ((kept, {"edited.py": "1", "left.py": ""}), (fresh, {"edited.py": "", "missing.py": ""})):
        directory.mkdir()
        for name, text in files.items():
            (directory / name).write_text(text)
    assert check_generated.differences(kept, fresh) == ["gen/edited.py: stale or edited", "gen/left.py: left over", "gen/missing.py: missing"]
    assert check_generated.differences(fresh, fresh) == []


ERRORS = """
from chassis.errors import DomainError, Kind, guard

def short(item: str, missing: int) -> DomainError:
    return DomainError(Kind.CONFLICT, "INSUFFICIENT", field="items", item=item, missing=missing)

def unfit(reason: str = "UNFIT", **details: object) -> DomainError:
    return DomainError(Kind.GUARD, reason, **details)

def closed() -> DomainError:
    return guard("INCIDENT_CLOSED", incident="x")
"""
CHASSIS_ERRORS = """
class DomainError(Exception): ...

def guard(guard_id, *, field=None, **details):
    return DomainError("GUARD", guard_id, field=field, **details)
"""
FILES = {"chassis/errors.py": CHASSIS_ERRORS, "services/plans/errors.py": ERRORS}
TEXTS = {
    "plans": {
        "INSUFFICIENT": {"zh": "{item}缺{missing}", "en": "{item}: {missing} short"},
        "UNFIT": {"zh": "不适合", "en": "Unfit"},
        "INCIDENT_CLOSED": {"zh": "{incident}已结束", "en": "{incident} is closed"},
    }
}
Texts = dict[str, dict[str, dict[str, str]]]


def texts_with(reason: str, entry: dict[str, str] | None) -> Texts:
    """The texts with one entry replaced or taken away."""
    plans = {name: old for name, old in TEXTS["plans"].items() if name != reason}
    return {"plans": plans | ({reason: entry} if entry is not None else {})}


MUTE: dict[str, tuple[dict[str, str], Callable[[], Texts], str]] = {
    "no text at all": ({}, lambda: texts_with("INSUFFICIENT", None), "INSUFFICIENT: has no text"),
    "no text for a reason handed on": ({}, lambda: texts_with("INCIDENT_CLOSED", None), "INCIDENT_CLOSED: has no text"),
    "no text for a default reason": ({}, lambda: texts_with("UNFIT", None), "UNFIT: has no text"),
    "no English": ({}, lambda: texts_with("UNFIT", {"zh": "不适合"}), "needs a zh and an en text"),
    "empty English": ({}, lambda: texts_with("UNFIT", {"zh": "不适合", "en": " "}), "needs a zh and an en text"),
    "English for Chinese": ({}, lambda: texts_with("UNFIT", {"zh": "Unfit", "en": "Unfit"}), "zh must be Chinese"),
    "other placeholders": ({}, lambda: texts_with("INSUFFICIENT", {"zh": "{item}缺货", "en": "{item}: {missing} short"}), "different placeholders"),
    "a placeholder nobody fills": ({}, lambda: texts_with("INCIDENT_CLOSED", {"zh": "{who}已结束", "en": "{who} closed"}), "names who"),
    "an orphan": ({}, lambda: texts_with("GONE", {"zh": "没有了", "en": "Gone"}), "GONE: nothing uses it"),
    "a small reason": ({}, lambda: texts_with("gone", {"zh": "没有了", "en": "Gone"}), "written in capitals"),
    "a reason spelled out in a use case": (
        {"services/plans/use_cases.py": 'from services.plans.errors import unfit\nunfit("TOO_LATE")'},
        lambda: texts_with("TOO_LATE", {"zh": "太晚", "en": "Too late"}),
        "in errors.py only",
    ),
    "a reason that nobody can know": (
        {"services/plans/use_cases.py": "from chassis import errors\nerrors.guard(f'G{1}')"},
        lambda: TEXTS,
        "cannot be known before the call",
    ),
    "a text of another component": (
        {"services/alerts/errors.py": 'from chassis.errors import guard\ndef late():\n    return guard("UNFIT")'},
        lambda: TEXTS,
        "UNFIT: has no text in messages/alerts.yaml",
    ),
}


@pytest.mark.parametrize("name", MUTE)
def test_texts_refuse(name: str) -> None:
    files, texts, words = MUTE[name]
    found = check_messages.check(FILES | files, texts())
    assert said(found, words), found


def test_texts_allow() -> None:
    named = {"services/plans/use_cases.py": 'from services.plans import errors\nerrors.short("tent", 3)\nerrors.unfit(errors.LATE)'}
    constant = FILES | {"services/plans/errors.py": ERRORS + '\nLATE = "TOO_LATE"\n'} | named
    assert check_messages.check(FILES, TEXTS) == []
    assert check_messages.check(constant, texts_with("TOO_LATE", {"zh": "太晚", "en": "Too late"})) == []


REPORT = '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1"></testsuite></testsuites>'


def test_a_run_of_the_suite_hides_nothing(tmp_path: Path) -> None:
    """Errors are failures, skipped tests are counted, and a back end that is left out is named."""
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert run_tests.counts(report, 1.0) == run_tests.Outcome(passed=2, failed=2, skipped=1, seconds=1.0)
    backends, left_out = run_tests.chosen({}, ["Redis", "Kafka"])
    assert backends == ["embedded"]
    assert "NOT run on stack: this machine lacks Redis, Kafka" in left_out
    assert run_tests.chosen({"CI": "true"}, ["Redis"]) == (["embedded", "stack"], "")
    assert run_tests.chosen({}, []) == (["embedded", "stack"], "")
    with pytest.raises(SystemExit, match="known are"):
        run_tests.chosen({"FENGHUO_TEST_BACKENDS": "stak"}, [])
    assert run_tests.left_out(["embedded"], "embedded") == ()
    assert run_tests.left_out(["embedded", "stack"], "embedded") == ()
    assert run_tests.left_out(["embedded", "stack"], "stack") == (*run_tests.DOOR, *run_tests.UNDER_FIRE)
