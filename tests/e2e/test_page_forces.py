"""What the page says of units that were sent, were not sent, or were sent otherwise than recommended."""

import re

from playwright.sync_api import expect

from cli.api import Api
from deploy.local.platform import Platform
from tests.e2e.desk import COMPUTED_MS, PATIENCE_MS, Enter, crews, tasked


def test_a_refused_line_says_why_in_words_and_reasons_are_read_whole(enter: Enter, api: Api, platform: Platform) -> None:
    """A line whose unit is taken meanwhile: the press ends in a warning, the line has the words, also after a reload; no reason is cut."""
    officer = enter("duty_officer")
    crews(api, officer, "page_refused", 3)
    titles = ("页面拒派：东侧", "页面拒派：西侧")
    wanted = [tasked(api, title, lon, "page_refused") for title, lon in zip(titles, (106.44, 106.33), strict=True)]
    proposal = api.post("duty_officer", "/allocationProposals", {"spec": {"incidents": [incident for incident, _task in wanted]}})["name"]
    officer.goto(f"http://{platform.address()}/incidents/allocations/{proposal.split('/')[1]}")
    rows = officer.get_by_test_id("allocation-lines").locator(".ant-table-row")
    expect(rows).to_have_count(2, timeout=COMPUTED_MS)
    assert rows.first.locator("td").evaluate_all("cells => cells.every(each => each.scrollWidth <= each.clientWidth + 1)")
    assert officer.get_by_test_id("allocation-lines").locator(".ant-table-tbody .ant-table-cell-ellipsis").count() == 0
    taken = next(line for line in api.get("duty_officer", f"/{proposal}")["lines"] if line["title"] == titles[0])
    other = tasked(api, "页面拒派：抢先", 106.40, "page_refused")[1]
    api.post("duty_leader", "/assignments", {"task": other, "unit": taken["unit"], "overrideReason": "抢先"})
    officer.get_by_test_id("commit").click()
    expect(officer.locator(".ant-message-warning")).to_contain_text("未能派发 1", timeout=PATIENCE_MS)
    line = rows.filter(has_text=titles[0])
    expect(line.get_by_test_id("refusal")).to_contain_text(re.compile("未派出.*已"))
    officer.reload()
    expect(line.get_by_test_id("refusal")).to_contain_text(re.compile("未派出.*已"), timeout=PATIENCE_MS)
    expect(rows.filter(has_text=titles[1])).to_contain_text("已派发")


def test_a_life_saving_task_without_anybody_is_asked_about_and_is_no_success(enter: Enter, api: Api, platform: Platform) -> None:
    """Nobody chosen: the button says so, a question comes first, and the answer is a warning; the task stands and nobody is sent."""
    officer = enter("duty_officer")
    crews(api, officer, "page_nobody", 1)
    incident = tasked(api, "页面无人：东侧", 106.41, "page_nobody")[0]
    officer.goto(f"http://{platform.address()}/{incident}")
    officer.get_by_test_id("one-key").click()
    expect(officer.get_by_test_id("advised")).to_be_visible(timeout=COMPUTED_MS)
    chosen = officer.locator("[data-testid=candidates] .ant-table-row input[type=checkbox]:checked")
    while chosen.count():
        chosen.first.click()
    press = officer.locator(".ant-modal-footer .ant-btn-primary")
    expect(press).to_have_text("下达任务，暂不派人")
    officer.locator("#title").fill("页面无人：待派")
    press.click()
    asked = officer.locator(".ant-modal-confirm")
    expect(asked).to_contain_text("一支力量也不派")
    assert not [each for each in api.get("duty_officer", "/tasks", incident=incident)["tasks"] if each["title"] == "页面无人：待派"]
    asked.locator(".ant-btn-primary").click()
    expect(officer.get_by_test_id("one-key-result")).to_have_class(re.compile("ant-alert-warning"), timeout=PATIENCE_MS)
    expect(officer.get_by_test_id("one-key-result")).to_contain_text("尚未派出")
    [task] = [each for each in api.get("duty_officer", "/tasks", incident=incident)["tasks"] if each["title"] == "页面无人：待派"]
    assert not api.get("duty_officer", "/assignments", task=task["name"]).get("assignments")


def test_what_was_sent_otherwise_than_recommended_is_reported_by_dispatcher_and_incident(enter: Enter, api: Api, platform: Platform) -> None:
    """The table has the figures of the API: who sent how many, and at which incident."""
    officer = enter("duty_officer")
    crews(api, officer, "page_otherwise", 2)
    incident, task = tasked(api, "页面统计：改派", 106.42, "page_otherwise")
    best = api.post("duty_officer", "/units:recommend", {"task": task, "limit": 20})
    chosen = next(each["unit"] for each in best["candidates"] if each["unit"] not in [unit["unit"] for unit in best["units"]])
    api.post("duty_officer", "/assignments", {"task": task, "unit": chosen, "overrideReason": "近队另有安排"})
    officer.goto(f"http://{platform.address()}/resources/units")
    officer.get_by_test_id("override-report").click()
    table = officer.get_by_test_id("override-table")
    figures = next(each for each in api.get("duty_officer", "/dispatch:overrideStatistics")["dispatchers"] if each["dispatcher"].endswith("duty_officer"))
    row = table.locator(".ant-table-row", has_text="duty_officer")
    expect(row).to_contain_text("duty_officer", timeout=PATIENCE_MS)
    assert row.locator("td").all_inner_texts()[1:4] == [str(figures[name]) for name in ("offers", "advised", "notRecommended")]
    officer.get_by_test_id("override-by").get_by_text("各事件").click()
    there = table.locator(".ant-table-row", has_text="页面统计：改派")
    expect(there).to_have_count(1, timeout=PATIENCE_MS)
    assert api.get("duty_officer", "/dispatch:overrideStatistics", incident=incident)["notRecommended"] == 1
    assert there.locator("td").all_inner_texts()[1:4] == ["1", "1", "1"]


def test_units_kept_from_every_task_are_one_rule(enter: Enter, api: Api, platform: Platform) -> None:
    """One exclusion of two units from two tasks is counted and listed as the one rule it was said as."""
    tasks = [tasked(api, title, lon, "page_barred") for title, lon in (("页面排除：东侧", 106.43), ("页面排除：西侧", 106.34))]
    barred = [{"unit": unit, "task": task} for unit in ("units/ambulance-1", "units/ambulance-2") for _incident, task in tasks]
    spec = {"incidents": [incident for incident, _task in tasks], "forbidden": barred}
    proposal = api.post("duty_officer", "/allocationProposals", {"spec": spec})["name"]
    officer = enter("duty_officer")
    officer.goto(f"http://{platform.address()}/incidents/allocations/{proposal.split('/')[1]}")
    expect(officer.get_by_test_id("asked")).to_contain_text("1 条另定规则", timeout=COMPUTED_MS)
