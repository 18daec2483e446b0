"""The sample district's experts load as their people would enter them, and the sample plant's parent is kept out."""

from typing import Any

from google.protobuf.json_format import ParseDict

from chassis.settings import ROOT
from deploy.local.district import read
from fenghuo.experts.v1 import experts_pb2 as pb
from fenghuo.experts.v1 import organisations_pb2
from services.experts.model.taxonomy import TAXONOMY
from tests.fixtures.service import Start
from tests.integration.experts.pool import NIGHT, Pool


def _call(pool: Pool, path: str, body: dict[str, Any]) -> tuple[Any, Any]:
    name, _, verb = path.lstrip("/").partition(":")
    if name == "organisations":
        return pool.organisations.RegisterOrganisation, ParseDict(body, organisations_pb2.RegisterOrganisationRequest())
    match verb:
        case "":
            return pool.experts.NominateExpert, ParseDict(body, pb.NominateExpertRequest())
        case "beginReview":
            return pool.experts.BeginExpertReview, ParseDict({"name": name} | body, pb.ExpertRequest())
        case "activate":
            return pool.experts.ActivateExpert, ParseDict({"name": name} | body, pb.ActivateExpertRequest())
        case _:
            return pool.experts.ShareExpert, ParseDict({"name": name} | body, pb.ShareExpertRequest())


async def test_the_sample_pool(start: Start) -> None:
    running = await start("experts")
    running.set_clock(NIGHT)
    pool = Pool(running)
    for request in read(ROOT / "districts" / "dawukou"):
        if request.place.startswith("experts.yaml"):
            method, message = _call(pool, request.path, request.body)
            await pool.call(method, message, request.username)
    experts = (await pool.call(pool.experts.ListExperts, pb.ListExpertsRequest(), "expert_manager")).experts
    assert len(experts) == 12
    assert all(each.state == pb.EXPERT_STATE_ACTIVE and each.nominator != each.reviewer for each in experts)
    assert [each.name for each in experts if each.profile.account == "user:expert"] == ["experts/gao-xiang"]
    covered = {field.discipline for each in experts for field in each.profile.fields}
    assert {"hazmat", "hydrology", "meteorology", "geology", "seismology", "structures", "medicine", "communications"} <= covered <= TAXONOMY.disciplines.keys()
    call_up = await pool.shortlist((await pool.request("c1", "危化品", party="大武口区示例化工")).name)
    assert [each.expert for each in call_up.left_out] == ["experts/wang-jituan"]
    assert call_up.shortlist[0].expert == "experts/li-huagong"
