"""The command-centre page in a real browser, against the whole platform: what a duty officer and a leader at the next desk see."""

import datetime as dt
import re

from playwright.sync_api import Browser, Page, expect

from cli.api import Api
from deploy.local.platform import Platform
from tests.e2e.desk import COMPUTED_MS, PATIENCE_MS, Enter, tasked, units_known


def register(page: Page, title: str) -> str:
    """Take in an incident with the form, its place by a click on the map; its resource name."""
    page.get_by_test_id("register").first.click()
    page.locator("#title").fill(title)
    page.wait_for_timeout(1500)  # the map settles before it is clicked
    page.get_by_test_id("map").click(position={"x": 300, "y": 330})
    page.get_by_test_id("submit").click()
    page.wait_for_url(re.compile(r"/incidents/[0-9a-f-]{20,}"))
    return "incidents/" + page.url.rsplit("/", 1)[1]


def test_an_incident_taken_in_at_one_desk_appears_at_the_next(enter: Enter, api: Api) -> None:
    """The form registers it with its point; the other page shows it through the live stream, without a reload."""
    officer, leader = enter("duty_officer"), enter("duty_leader")
    name = register(officer, "页面接报：长胜街道仓库起火")
    card = leader.get_by_test_id("incident-card").filter(has_text="页面接报：长胜街道仓库起火")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    expect(leader.get_by_test_id("facts")).to_contain_text("接报")
    kept = api.get("duty_officer", f"/{name}")
    assert 106 < kept["location"]["lon"] < 107
    assert 38.5 < kept["location"]["lat"] < 39.5


def test_a_refusal_is_told_in_words_with_its_next_step(enter: Enter) -> None:
    """Confirming without an event code is refused; the dialog says why in Chinese, and in English after the language is changed."""
    officer = enter("duty_officer")
    register(officer, "页面拒绝：未知险情")
    officer.get_by_test_id("do-confirm").click()
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    problem = officer.get_by_test_id("problem")
    expect(problem).to_be_visible(timeout=PATIENCE_MS)
    assert re.search(r"[\u4e00-\u9fff]", problem.inner_text())
    officer.locator(".ant-modal-footer .ant-btn").first.click()
    officer.get_by_test_id("language").click()
    officer.get_by_test_id("do-confirm").click()
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(officer.get_by_test_id("problem")).to_be_visible(timeout=PATIENCE_MS)
    assert not re.search(r"[\u4e00-\u9fff]", officer.get_by_test_id("problem").inner_text())


def test_an_observer_sees_and_cannot_act(enter: Enter, platform: Platform) -> None:
    """Who may only read finds no button that would be refused."""
    officer, observer = enter("duty_officer"), enter("observer")
    name = register(officer, "页面只读：观察员可见")
    observer.goto(f"http://{platform.address()}/{name}")
    expect(observer.get_by_role("heading", name=re.compile("未定级"))).to_be_visible(timeout=PATIENCE_MS)
    for test_id in ("do-confirm", "do-verify", "do-more", "one-key", "create-reports"):
        expect(observer.get_by_test_id(test_id)).to_have_count(0)


def test_a_road_closed_on_the_map_is_closed_at_the_next_desk(enter: Enter, api: Api) -> None:
    """A circle of two clicks and a reason; the stream tells of it, the next desk's map has it, and lifting it from there is told to both."""
    officer, leader = enter("duty_officer"), enter("duty_leader")
    officer.wait_for_timeout(1500)  # the map settles before it is clicked
    officer.get_by_test_id("close-roads").click()
    officer.get_by_text("画圆").click()
    for x in (300, 340):
        officer.get_by_test_id("map").click(position={"x": x, "y": 330})
    officer.locator("#reason").fill("页面封闭：漫水桥被淹")
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(leader.get_by_test_id("facts")).to_contain_text("道路封闭", timeout=PATIENCE_MS)
    [closure] = [each for each in api.get("duty_officer", "/roadClosures")["roadClosures"] if each["reason"] == "页面封闭：漫水桥被淹"]
    assert closure["stretch"]["radiusM"] > 100
    assert not closure["timesHeed"]
    leader.wait_for_timeout(1500)
    leader.get_by_test_id("map").click(position={"x": 300, "y": 330})
    leader.get_by_test_id("do-lift").click()
    leader.locator("#reason").fill("水退")
    leader.locator(".ant-modal-footer .ant-btn-primary").last.click()
    expect(officer.get_by_test_id("facts")).to_contain_text("道路封闭解除", timeout=PATIENCE_MS)


def test_who_sends_another_than_recommended_says_why(enter: Enter, api: Api) -> None:
    """The dialog shows the advice with reasons and alternatives; another unit chosen, nothing is sent without a reason, and it is counted."""
    before = api.get("duty_officer", "/dispatch:overrideStatistics").get("notRecommended", 0)
    officer = enter("duty_officer")
    register(officer, "页面派遣：改派他队")
    officer.get_by_test_id("one-key").click()
    expect(officer.get_by_test_id("advised")).to_contain_text("最近", timeout=PATIENCE_MS)
    expect(officer.get_by_test_id("alternatives")).to_be_visible()
    officer.locator("[data-testid=candidates] .ant-table-row input[type=checkbox]").nth(3).click()
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(officer.get_by_test_id("override")).to_be_visible()
    expect(officer.get_by_text("与推荐不一致，须写明理由")).to_be_visible(timeout=PATIENCE_MS)
    officer.locator("#overrideReason").fill("近队另有安排")
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(officer.get_by_text("已派发", exact=False).first).to_be_visible(timeout=PATIENCE_MS)
    counted = api.get("duty_officer", "/dispatch:overrideStatistics")
    assert counted["notRecommended"] == before + 1
    assert counted.get("withoutCapability", 0) == 0
    officer.goto(re.sub(r"/incidents/.*", "/resources/units", officer.url))
    expect(officer.get_by_test_id("overrides")).to_contain_text(f"{before + 1} 次未按推荐", timeout=PATIENCE_MS)


def test_a_new_task_says_how_much_it_needs_and_who_cannot_go_is_gone_around(enter: Enter, api: Api) -> None:
    """The amount goes into the question and the task; the advice says whether it is proven the best; who cannot go is replaced without a reason asked."""
    officer = enter("duty_officer")
    name = register(officer, "页面派遣：三组转移")
    officer.get_by_test_id("one-key").click()
    officer.get_by_test_id("add-need").click()
    row = officer.get_by_test_id("need-row")
    row.locator(".ant-select").click()
    officer.keyboard.type("转移")
    officer.locator(".ant-select-item-option", has_text="转移安置").click()
    row.locator("input[role=spinbutton]").fill("3")
    advised = officer.get_by_test_id("advised")
    expect(advised).to_contain_text("转移安置 × ", timeout=PATIENCE_MS)
    expect(officer.get_by_test_id("proof")).to_contain_text("已证最优")
    expect(advised).to_contain_text(re.compile("中位误差|按路网"))
    first = advised.locator("b").first.inner_text()
    officer.get_by_test_id("cannot").first.click()
    expect(officer.get_by_test_id("manner")).to_contain_text(f"{first} 不去")
    expect(advised.locator("b").first).not_to_have_text(first, timeout=PATIENCE_MS)
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(officer.get_by_text("已派发", exact=False).first).to_be_visible(timeout=PATIENCE_MS)
    [task] = [each for each in api.get("duty_officer", "/tasks", incident=name)["tasks"] if each["title"] == "页面派遣：三组转移"]
    assert task["needs"] == [{"code": "evacuation", "count": 3}]


def test_nothing_is_fetched_from_elsewhere(browser: Browser, platform: Platform) -> None:
    """The page runs with the network down: every request goes to our own gateway, and the content security policy blocks nothing it needs."""
    asked: list[str] = []
    complaints: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(f"http://{platform.address()}/")
    page.locator("input[autocomplete=username]").fill("duty_officer")
    page.locator("input[type=password]").fill(platform.password)
    page.get_by_role("button").first.wait_for()
    page.locator("button[type=submit]").click()
    page.get_by_test_id("map").wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(3000)
    ours = (f"http://{platform.address()}/", f"blob:http://{platform.address()}/", "data:")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert complaints == []
    page.close()


def test_units_are_allocated_over_several_incidents_and_sent_from_one_page(enter: Enter, api: Api) -> None:
    """Two incidents want what there is; the proposal shows lines with reasons and what it changes, and one press sends the lines that are left chosen."""
    named = [tasked(api, title, lon)[1] for title, lon in (("页面分配：东侧", 106.42), ("页面分配：西侧", 106.34))]
    officer = enter("duty_officer")
    officer.goto(officer.url.rstrip("/") + "/incidents/allocations")
    officer.get_by_test_id("propose").click()
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    lines = officer.get_by_test_id("allocation-lines")
    expect(lines).to_contain_text("页面分配：东侧", timeout=COMPUTED_MS)
    expect(officer.get_by_test_id("comparison-chart")).to_be_visible(timeout=PATIENCE_MS)
    officer.get_by_test_id("commit").click()
    expect(lines).to_contain_text("已派发", timeout=PATIENCE_MS)
    for task_name in named:
        assert api.get("duty_officer", "/assignments", task=task_name)["assignments"]


def test_a_kept_line_stays_and_a_barred_one_goes_in_the_next_proposal(enter: Enter, api: Api, platform: Platform) -> None:
    """What is marked at the lines becomes pins and exclusions of the next proposal, which says how good it is; a line is sent by itself, with its outcome."""
    kept, barred = (tasked(api, title, lon, "evacuation") for title, lon in (("页面重算：固定", 106.41), ("页面重算：排除", 106.35)))
    proposal = api.post("duty_officer", "/allocationProposals", {"spec": {"incidents": [kept[0], barred[0]]}})["name"]
    officer = enter("duty_officer")
    officer.goto(f"http://{platform.address()}/incidents/allocations/{proposal.split('/')[1]}")
    lines = officer.get_by_test_id("allocation-lines").locator(".ant-table-row")
    expect(lines).to_have_count(2, timeout=COMPUTED_MS)
    expect(officer.get_by_test_id("quality")).to_contain_text(re.compile("已证最优|至多可再好"))
    first = {line["task"]: line["unit"] for line in api.get("duty_officer", f"/{proposal}")["lines"]}
    lines.filter(has_text="页面重算：固定").get_by_test_id("mark-keep").click()
    lines.filter(has_text="页面重算：排除").get_by_test_id("mark-bar").click()
    officer.get_by_test_id("recompute").click()
    expect(officer.get_by_test_id("pins-row")).to_have_count(1)
    officer.get_by_test_id("rules-terms").click()
    officer.get_by_test_id("add-terms").click()
    terms = officer.get_by_test_id("terms-row")
    terms.locator(".ant-select").first.click()
    officer.keyboard.type("页面重算：固定")
    officer.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    terms.locator("input[role=spinbutton]").first.fill("1")
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    officer.wait_for_url(lambda url: "allocations/" in url and proposal.split("/")[1] not in url)
    expect(officer.get_by_test_id("asked")).to_contain_text("3 条另定规则", timeout=PATIENCE_MS)
    expect(lines.filter(has_text="页面重算：固定")).to_contain_text("指定", timeout=COMPUTED_MS)
    again = api.get("duty_officer", "/allocationProposals/" + officer.url.rsplit("/", 1)[1])
    assert [(each["task"], each["needs"][0]["leastUnits"]) for each in again["spec"]["terms"]] == [(kept[1], 1)]
    then = {line["task"]: line["unit"] for line in again["lines"]}
    assert then[kept[1]] == first[kept[1]]
    assert then[barred[1]] != first[barred[1]]
    lines.filter(has_text="页面重算：固定").get_by_test_id("commit-line").click()
    expect(lines.filter(has_text="页面重算：固定")).to_contain_text("已派发", timeout=PATIENCE_MS)
    expect(lines.filter(has_text="页面重算：排除").get_by_test_id("commit-line")).to_be_visible()


def test_the_way_of_a_unit_is_replayed_and_one_without_a_track_says_so(enter: Enter, api: Api, platform: Platform) -> None:
    """Sampled positions are played on the map: the time runs, a moment is sought by a click; a unit nobody located in the span is told as such."""
    began = dt.datetime.fromisoformat(api.get("duty_officer", "/clock")["time"]) - dt.timedelta(minutes=30)
    tracked, bare = "units/page-replayed", "units/page-unseen"
    for name in (tracked, bare):
        unit: dict[str, object] = {
            "team": "teams/fire",
            "displayName": f"页面回放 {name[6:]}",
            "capabilities": [{"code": "psychological", "count": 1}],
            "regionCode": "640202",
        }
        unit |= {"crewSize": 3, "home": {"lon": 106.4, "lat": 39.02}, "contact": "呼号"}
        api.post("administrator", "/units", {"unitId": name[6:], "unit": unit})
    way = [(106.40 - 0.002 * at, (began + dt.timedelta(minutes=2 * at)).isoformat()) for at in range(10)]
    points = [{"unit": tracked, "location": {"lon": lon, "lat": 39.02}, "locateTime": moment} for lon, moment in way]
    officer = enter("duty_officer")
    for _ in range(60):  # until dispatch has heard of the unit
        if api.post("duty_officer", "/units:reportPositions", {"positions": points})["accepted"]:
            break
        officer.wait_for_timeout(500)
    officer.goto(f"http://{platform.address()}/replay/{tracked}")
    expect(officer.get_by_test_id("replay-units")).to_contain_text("位置", timeout=PATIENCE_MS)
    shown, play = officer.get_by_test_id("replay-time"), officer.get_by_test_id("play")
    before = int(shown.get_attribute("data-at") or 0)
    assert before // 60_000 == int(began.timestamp()) // 60
    officer.get_by_test_id("replay-controls").get_by_text("10×").click()
    play.click()
    officer.wait_for_timeout(1500)
    play.click()
    expect(play).to_contain_text("播放")
    assert before < int(shown.get_attribute("data-at") or 0) < before + 20 * 60_000
    officer.get_by_test_id("replay-units").get_by_text("页面回放").click()
    expect(shown).to_have_attribute("data-at", str(before))
    officer.goto(f"http://{platform.address()}/replay/{bare}")
    expect(officer.get_by_test_id("replay-nothing")).to_be_visible(timeout=PATIENCE_MS)
    expect(officer.get_by_test_id("replay-units")).to_contain_text("没有轨迹")


def test_where_idle_units_should_wait_is_advised_and_nothing_is_sent(enter: Enter, api: Api) -> None:
    """Three crews of one capability at one place: the map's tool says who should wait elsewhere and what it is worth; when nobody is idle it says so."""
    officer = enter("duty_officer")
    names = [f"page-standby-{number}" for number in (1, 2, 3)]
    units_known(api, officer, *({"id": each, "displayName": f"页面待命 {each[-1]}", "capabilities": [{"code": "page_standby", "count": 1}]} for each in names))
    for name in names:
        api.post("duty_officer", f"/units/{name}:setStatus", {"state": "UNIT_STATE_AVAILABLE"})
    officer.get_by_test_id("standby").click()
    expect(officer.get_by_test_id("standby-answer")).to_be_visible(timeout=COMPUTED_MS)
    officer.get_by_test_id("standby-capability").click()
    officer.keyboard.type("page_standby")
    officer.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    moves = officer.get_by_test_id("standby-move")
    expect(moves.first).to_contain_text(re.compile("页面待命.*行驶.*收益", re.DOTALL), timeout=COMPUTED_MS)
    told = api.get("duty_officer", "/units:adviseRedeployment", capability="page_standby")
    expect(moves).to_have_count(len(told["moves"]))
    expect(officer.get_by_test_id("standby-cover")).to_contain_text("照此调整后")
    moves.first.click()
    for name in names:
        assert not api.get("duty_officer", "/assignments", unit=f"units/{name}").get("assignments")
        api.post("duty_officer", f"/units/{name}:setStatus", {"state": "UNIT_STATE_RESTING"})
    officer.get_by_test_id("standby-again").click()
    expect(officer.get_by_test_id("standby-nothing")).to_contain_text("没有空闲", timeout=COMPUTED_MS)
    officer.get_by_test_id("standby").click()
    expect(officer.get_by_test_id("standby-panel")).to_have_count(0)


def test_the_end_of_a_shift_is_entered_at_the_unit_and_english_readers_see_english_names(enter: Enter, api: Api, platform: Platform) -> None:
    """The drawer tells until when the crew is on duty and takes a new end; who may only read is not asked for one."""
    officer, observer = enter("duty_officer"), enter("observer")
    units_known(api, officer, {"id": "page-duty", "displayName": "页面交班队", "displayNameEn": "Page duty crew"})
    for page in (officer, observer):
        page.goto(f"http://{platform.address()}/resources/units")
        page.locator(".ant-input-search input").fill("页面交班队")
        page.locator(".ant-table-row", has_text="页面交班队").click()
        expect(page.get_by_test_id("duty")).to_contain_text("未登记", timeout=PATIENCE_MS)
    expect(observer.get_by_test_id("set-duty")).to_have_count(0)
    officer.get_by_test_id("set-duty").click()
    officer.locator(".ant-modal .ant-picker input").fill("2030-01-01 08:00")
    officer.locator(".ant-picker-dropdown:visible .ant-picker-ok button").click()
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(officer.get_by_test_id("duty")).to_contain_text("2030-01-01 08:00", timeout=PATIENCE_MS)
    assert dt.datetime.fromisoformat(api.get("duty_officer", "/units/page-duty")["dutyEndTime"]) == dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    officer.locator(".ant-drawer-close").click()
    officer.get_by_test_id("language").click()
    officer.locator(".ant-input-search input").fill("Page duty crew")
    expect(officer.locator(".ant-table-row", has_text="Page duty crew")).to_be_visible(timeout=PATIENCE_MS)


def test_asking_again_keeps_what_the_form_does_not_ask_for(enter: Enter, api: Api, platform: Platform) -> None:
    """Place, qualification, rank, whole and terms of an explicit need are shown as kept and stand in the next proposal as they stood in the first."""
    incident = tasked(api, "页面沿用：东侧", 106.43, "psychological")[0]
    need = {"code": "psychological", "count": 2, "qualifications": ["psychologist"], "minRank": 1, "whole": True}
    terms = [{"code": "psychological", "latestArriveTime": "2030-01-01T00:00:30Z", "leastUnits": 2}]
    rules = {"location": {"lon": 106.4, "lat": 39.01}, "terms": terms, "lastArrivalWeight": 0.5}
    extra = {"incident": incident, "title": "页面沿用：安抚", "needs": [need, {"count": 1}], **rules}
    first = api.post("duty_officer", "/allocationProposals", {"spec": {"incidents": [incident], "needs": [extra], "maxTravelS": 3700}})
    officer = enter("duty_officer")
    officer.goto(f"http://{platform.address()}/incidents/allocations/{first['name'].split('/')[1]}")
    officer.get_by_test_id("again").click(timeout=COMPUTED_MS)
    expect(officer.get_by_test_id("kept").first).to_contain_text(re.compile("39.01000.*最少支数 2.*等齐权重 0.5"))
    expect(officer.get_by_test_id("kept").first).to_contain_text("须凑齐全数")
    officer.locator(".ant-modal-footer .ant-btn-primary").click()
    officer.wait_for_url(lambda url: "allocations/" in url and first["name"].split("/")[1] not in url)
    again = api.get("duty_officer", "/allocationProposals/" + officer.url.rsplit("/", 1)[1])
    assert again["spec"]["needs"] == first["spec"]["needs"]
    assert (again["spec"]["maxTravelS"], again["regionCode"]) == (3700, first["regionCode"])
