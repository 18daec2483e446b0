"""What the page is told of the contract: every command once, with words for what it shows."""

import re
from pathlib import Path

from gateway.rest import contract
from tools import gen_page

TEXTS = gen_page.ROOT / "gateway" / "page" / "src" / "texts"


def keys(name: str) -> set[str]:
    """The keys of a catalogue of the page."""
    content = (TEXTS / name).read_text(encoding="utf-8")
    return set(re.findall(r'^  "?([A-Za-z_.0-9]+)"?: "', content, re.MULTILINE))


def test_every_command_is_there_with_its_permission() -> None:
    changing = [method for method in contract.methods() if method.changes]
    made = gen_page.commands()
    assert len(made) == len({(method.http, method.pattern) for method in changing})
    assert {entry["permission"] for entry in made.values()} == {method.permission for method in changing}


def test_a_form_never_asks_for_what_the_client_sends_itself() -> None:
    for command, entry in gen_page.commands().items():
        assert not {"requestId", "etag"} & {field["name"] for field in entry["fields"]}, command


def test_machines_of_two_services_with_one_name_are_kept_apart() -> None:
    made = gen_page.machines()
    assert made["dispatch"]["incident"]["confirm"] == ["reported", "verifying"]
    assert made["dispatch"]["delivery"] != made["alerts"]["delivery"]


def test_both_catalogues_have_the_same_texts() -> None:
    assert keys("zh.ts") == keys("en.ts")
    assert keys("forces_zh.ts") == keys("forces_en.ts") != set()


def test_no_chinese_stands_outside_the_catalogues() -> None:
    """Comments may name a term; code takes its words from src/texts. The brand and the signs of the map are drawn, not said."""
    drawn = {"Login.tsx", "Header.tsx", "icons.ts"}
    found = [
        f"{path.name}:{number}"
        for path in sorted(Path(TEXTS.parent).rglob("*.ts*"))
        if TEXTS not in path.parents and path.name not in drawn
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"[\u4e00-\u9fff]", re.sub(r"//.*|/?\*.*", "", line))
    ]
    assert found == []


def test_a_chinese_label_is_chinese_to_its_end() -> None:
    """The tag of a committed proposal read 已执行 (all of it or some lines): what follows the name in a comment comes after a colon."""
    assert [name for name, words in gen_page.labels().items() if re.search(r"[a-z]", words["zh"])] == []
