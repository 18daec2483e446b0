"""Every rule of the contract refuses what it is there to refuse: a small contract in which one thing is wrong at a time."""

from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from tools import check_contract, check_proto

ROOT = Path(__file__).resolve().parents[2]
PLANS = "fenghuo/plans/v1/plans.proto"

# A contract that keeps every rule.
CONTRACT = """\
// Contingency plans.
syntax = "proto3";

package fenghuo.plans.v1;

import "buf/validate/validate.proto";
import "fenghuo/type/v1/options.proto";
import "google/api/annotations.proto";

// Plans of a district.
service PlanService {
  // Lists plans.
  rpc ListPlans(ListPlansRequest) returns (ListPlansResponse) {
    option (google.api.http) = {get: "/api/v1/plans"};
    option (fenghuo.type.v1.access) = {permission: "plans.read" priority: PRIORITY_LOW};
  }
  // Adopts a plan.
  rpc AdoptPlan(AdoptPlanRequest) returns (Plan) {
    option (google.api.http) = {post: "/api/v1/{name=plans/*}:adopt" body: "*"};
    option (fenghuo.type.v1.access) = {permission: "plans.adopt"};
  }
  // Looks for plans that fit; changes nothing.
  rpc MatchPlans(MatchPlansRequest) returns (ListPlansResponse) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (google.api.http) = {post: "/api/v1/plans:match" body: "*"};
    option (fenghuo.type.v1.access) = {permission: "plans.read"};
  }
  // Replays dead letters; for components only.
  rpc ReplayPlans(AdoptPlanRequest) returns (Plan) {
    option (fenghuo.type.v1.access) = {internal: true};
  }
}

// Where a plan stands.
enum PlanState {
  // Not set.
  PLAN_STATE_UNSPECIFIED = 0;
  // Being written.
  PLAN_STATE_DRAFT = 1;
}

// A contingency plan.
message Plan {
  // Resource name, `plans/{id}`.
  string name = 1;
  // Where it stands.
  PlanState state = 2;
}

// Asks for plans.
message ListPlansRequest {
  // How many at most.
  int32 page_size = 1;
  // Where to go on.
  string page_token = 2 [(buf.validate.field).string.max_len = 500];
}

// Some plans.
message ListPlansResponse {
  // The plans.
  repeated Plan plans = 1;
  // Where to go on; empty at the end.
  string next_page_token = 2;
}

// Asks to adopt a plan.
message AdoptPlanRequest {
  // Resource name of the plan.
  string name = 1 [(buf.validate.field).string.max_len = 120];
  // Makes a repetition safe.
  string request_id = 2 [(buf.validate.field).string.max_len = 128];
}

// Asks for plans that fit.
message MatchPlansRequest {
  // Words to look for.
  string text = 1 [(buf.validate.field).string.max_len = 80];
  // Where, any of them.
  repeated Area areas = 3 [(buf.validate.field).repeated.max_items = 20];
}

// A part of the district.
message Area {
  // Region codes.
  repeated string region_codes = 1 [(buf.validate.field).repeated = {max_items: 20, items: {string: {pattern: "^[0-9]{6}$"}}}];
}
"""
PERMISSIONS = {"plans.read", "plans.adopt"}

# name -> (what is replaced, by what, what the violation must say)
WRONG = {
    "a method without access": (
        '    option (fenghuo.type.v1.access) = {permission: "plans.adopt"};\n',
        "",
        "AdoptPlan: must have either a permission or internal",
    ),
    "an internal method with a permission": ("{internal: true}", '{internal: true permission: "plans.adopt"}', "ReplayPlans: must have either"),
    "a permission that is a sentence": ('"plans.adopt"', '"may adopt"', "is not <things>.<verb>"),
    "a method without a route": ('    option (google.api.http) = {get: "/api/v1/plans"};\n', "", "ListPlans: an internal method has no google.api.http"),
    "an internal method with a route": (
        "{internal: true};",
        '{internal: true}; option (google.api.http) = {get: "/api/v1/x"};',
        "ReplayPlans: an internal method has no",
    ),
    "a route elsewhere": ('get: "/api/v1/plans"', 'get: "/plans"', "/plans is not below /api/v1/"),
    "two methods at one route": ('post: "/api/v1/plans:match" body: "*"', 'get: "/api/v1/plans"', "GET /api/v1/plans is already"),
    "a change that cannot be repeated": ("string request_id = 2 [", "string reason = 2 [", "AdoptPlanRequest changes something but has no string request_id"),
    "an internal change that cannot be repeated": (
        "ReplayPlans(AdoptPlanRequest)",
        "ReplayPlans(MatchPlansRequest)",
        "ReplayPlans: fenghuo.plans.v1.MatchPlansRequest",
    ),
    "a search that does not say that it only reads": ("    option idempotency_level = NO_SIDE_EFFECTS;\n", "", "MatchPlansRequest changes something"),
    "a list without a page size": ("int32 page_size = 1;", "int32 limit = 1;", "ListPlans: is not paged, it lacks page_size"),
    "a list without a next page": ("string next_page_token = 2;", "string more = 2;", "it lacks next_page_token"),
    "a list without items": ("repeated Plan plans = 1;", "Plan plan = 1;", "ListPlans: answers no list"),
    "a text of any length": (
        "string text = 1 [(buf.validate.field).string.max_len = 80];",
        "string text = 1;",
        "MatchPlansRequest.text: a text without max_len",
    ),
    "a list of any length": (" [(buf.validate.field).repeated.max_items = 20]", "", "MatchPlansRequest.areas: a list without max_items"),
    "a text of any length inside a list": (', items: {string: {pattern: "^[0-9]{6}$"}}', "", "Area.region_codes: a text without max_len"),
}
UNLINTED = {
    "a field without a comment": ("  // Resource name, `plans/{id}`.\n", "", 'Field "name" should have a non-empty comment'),
    "a message without a comment": ("// A contingency plan.\n", "", 'Message "Plan" should have a non-empty comment'),
    "a method without a comment": ("  // Adopts a plan.\n", "", 'RPC "AdoptPlan" should have a non-empty comment'),
    "a service without a comment": ("// Plans of a district.\n", "", 'Service "PlanService" should have a non-empty comment'),
    "an enumeration without a comment": ("// Where a plan stands.\n", "", 'Enum "PlanState" should have a non-empty comment'),
    "a value without a comment": ("  // Being written.\n", "", 'Enum value "PLAN_STATE_DRAFT" should have a non-empty comment'),
    "a value without its prefix": ("PLAN_STATE_DRAFT", "DRAFT", "should be prefixed"),
    "a field in camel case": ("string text = 1 [", "string searchText = 1 [", "lower_snake_case"),
    "a package without a version": ("package fenghuo.plans.v1;", "package fenghuo.plans;", "should be suffixed with a correctly formed version"),
}
BREAKING = {
    "a number used again": ("string request_id = 2 [(buf.validate.field).string.max_len = 128];", "int64 request_id = 2;", "changed type"),
    "a field taken away": ("  // Where it stands.\n  PlanState state = 2;\n", "", 'Previously present field "2" with name "state"'),
    "a field renamed": ("string text = 1 [", "string words = 1 [", 'changed name from "text" to "words"'),
    "a method taken away": ("rpc MatchPlans", "rpc FindPlans", 'Previously present RPC "MatchPlans"'),
    "a value renumbered": ("PLAN_STATE_DRAFT = 1", "PLAN_STATE_DRAFT = 2", 'Previously present enum value "1"'),
}


def built(directory: Path, text: str) -> Path:
    """The image of the small contract, with the real options beside it."""
    options = directory / "proto/fenghuo/type/v1/options.proto"
    options.parent.mkdir(parents=True)
    options.write_text((ROOT / "proto/fenghuo/type/v1/options.proto").read_text())
    plans = directory / "proto" / PLANS
    plans.parent.mkdir(parents=True)
    plans.write_text(text)
    check_proto.image(directory / "proto", directory / "image.binpb")
    return directory / "image.binpb"


def mutated(old: str, new: str) -> str:
    assert CONTRACT.count(old) == 1, old
    return CONTRACT.replace(old, new)


def contract(image: Path) -> check_contract.Contract:
    return check_contract.read(descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes()))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image of the contract that keeps every rule."""
    return built(tmp_path_factory.mktemp("good"), CONTRACT)


@pytest.mark.parametrize("name", WRONG)
def test_contract_refuses(name: str, tmp_path: Path) -> None:
    old, new, words = WRONG[name]
    found = check_contract.rules(contract(built(tmp_path, mutated(old, new))))
    assert any(words in line for line in found), found


@pytest.mark.parametrize("name", UNLINTED)
def test_lint_refuses(name: str, tmp_path: Path) -> None:
    old, new, words = UNLINTED[name]
    text = CONTRACT.replace(old, new)
    assert text != CONTRACT
    found = check_proto.lint(built(tmp_path, text))
    assert any(words in line for line in found), found


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_refuses(name: str, good: Path, tmp_path: Path) -> None:
    old, new, words = BREAKING[name]
    found = check_proto.breaking(built(tmp_path, mutated(old, new)), good)
    assert any(words in line for line in found), found


def test_a_good_contract_is_allowed(good: Path, tmp_path: Path) -> None:
    whole = contract(good)
    assert len(whole.methods) == 4
    assert check_contract.rules(whole) == []
    assert list(check_contract.check_permissions(whole, PERMISSIONS, set())) == []
    assert check_proto.lint(good) == []
    grown = built(tmp_path, mutated("max_len = 80];", "max_len = 80];\n  // Where to look.\n  string region_code = 2;"))
    assert check_proto.breaking(grown, good) == []


def test_permissions_and_roles_answer_each_other(good: Path) -> None:
    whole = contract(good)
    assert list(check_contract.check_permissions(whole, {"plans.read"}, set())) == [
        "fenghuo.plans.v1.PlanService.AdoptPlan: no role has the permission plans.adopt"
    ]
    surplus = PERMISSIONS | {"plans.burn", "stream.read"}
    assert list(check_contract.check_permissions(whole, surplus, {"stream.read"})) == ["roles: nothing asks for the permission plans.burn"]


def test_a_broken_proto_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"plans\.proto"):
        built(tmp_path, CONTRACT.replace("string name = 1;", "string name = one;", 1))


def test_the_base_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGHUO_BASE", "no-such-commit")
    with pytest.raises(SystemExit, match="is no commit"):
        check_proto.base()
    monkeypatch.setenv("FENGHUO_BASE", "HEAD")
    assert check_proto.base() == check_proto.commit("HEAD")
    monkeypatch.delenv("FENGHUO_BASE")
    assert check_proto.base() != check_proto.commit("HEAD")
