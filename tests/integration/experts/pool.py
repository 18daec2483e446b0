"""A small pool of experts, as people would enter it, and a plant with its parent."""

from datetime import datetime
from typing import Any

from fenghuo.experts.v1 import (
    call_ups_pb2,
    call_ups_pb2_grpc,
    experts_pb2,
    experts_pb2_grpc,
    invitations_pb2_grpc,
    matching_pb2,
    matching_pb2_grpc,
    opinions_pb2_grpc,
)
from fenghuo.experts.v1 import expert_groups_pb2_grpc as groups_grpc
from fenghuo.experts.v1 import organisations_pb2 as orgs
from fenghuo.experts.v1 import organisations_pb2_grpc as orgs_grpc
from tests.fixtures.service import Running

CALL_UPS, EXPERTS = "fenghuo.experts.call_up.v1", "fenghuo.experts.expert.v1"
NIGHT = "2026-09-10T02:50:00+08:00"


def at(message: Any, field: str, text: str) -> None:
    """Set a timestamp field from ISO text."""
    getattr(message, field).FromDatetime(datetime.fromisoformat(text))


class Pool:
    """Stubs of a running service, and what tests do again and again."""

    def __init__(self, running: Running) -> None:
        self.running = running
        channel = running.channel
        self.experts = experts_pb2_grpc.ExpertServiceStub(channel)
        self.organisations = orgs_grpc.OrganisationServiceStub(channel)
        self.matching = matching_pb2_grpc.MatchingServiceStub(channel)
        self.call_ups = call_ups_pb2_grpc.CallUpServiceStub(channel)
        self.invitations = invitations_pb2_grpc.InvitationServiceStub(channel)
        self.opinions = opinions_pb2_grpc.OpinionServiceStub(channel)
        self.groups = groups_grpc.ExpertGroupServiceStub(channel)

    async def call(self, method: Any, request: Any, user: str, *roles: str, **more: Any) -> Any:
        """Call as a person."""
        return await self.running.call(method, request, user, *roles, **more)

    async def nominate(self, expert_id: str, *fields: str, employer: str = "宁夏大学（示例）", **more: Any) -> Any:
        """Nominate an expert."""
        profile = experts_pb2.ExpertProfile(
            display_name=f"专家{expert_id}", employer=employer, contact=experts_pb2.Contact(phone="0952-0000000"), account=f"user:{expert_id}", **more
        )
        profile.fields.extend(experts_pb2.ExpertField(discipline=field) for field in fields)
        request = experts_pb2.NominateExpertRequest(expert_id=expert_id, profile=profile, region_code="640202")
        return await self.call(self.experts.NominateExpert, request, "expert_manager")

    async def appoint(self, expert_id: str, *fields: str, until: str = "2028-01-01T00:00:00+08:00", **more: Any) -> None:
        """Nominate, review and appoint an expert, by two people."""
        name = (await self.nominate(expert_id, *fields, **more)).name
        await self.call(self.experts.BeginExpertReview, experts_pb2.ExpertRequest(name=name), "duty_leader")
        request = experts_pb2.ActivateExpertRequest(name=name)
        at(request, "appoint_end_time", until)
        await self.call(self.experts.ActivateExpert, request, "duty_leader")

    async def plant(self) -> None:
        """The plant and its parent."""
        register = self.organisations.RegisterOrganisation
        await self.call(register, orgs.RegisterOrganisationRequest(organisation_id="group", display_name="示例化工集团"), "expert_manager")
        plant = orgs.RegisterOrganisationRequest(organisation_id="plant", display_name="大武口区示例化工", parent="organisations/group")
        await self.call(register, plant, "expert_manager")

    async def request(self, call_up_id: str, *fields: str, quota: int = 1, subject: str = "plans/hazmat", party: str = "") -> Any:
        """Request experts for a plan."""
        collection = subject.split("/", maxsplit=1)[0]
        request = call_ups_pb2.RequestCallUpRequest(
            call_up_id=call_up_id,
            question="泄漏处置与警戒距离",
            mode=matching_pb2.CALL_MODE_REMOTE,
            quota=quota,
            region_code="" if collection == "incidents" else "640202",
        )
        setattr(request, {"plans": "plan", "incidents": "incident", "drills": "drill"}[collection], subject)
        request.fields.extend(experts_pb2.ExpertField(discipline=field) for field in fields)
        if party:
            request.parties.add(organisation=party)
        at(request, "need_by", "2026-09-10T06:00:00+08:00")
        return await self.call(self.call_ups.RequestCallUp, request, "duty_officer")

    async def shortlist(self, name: str) -> Any:
        """Rank."""
        return await self.call(self.call_ups.ShortlistCallUp, call_ups_pb2.ShortlistCallUpRequest(name=name), "duty_officer")

    async def invite(self, name: str, *experts: str, count: int = 0) -> Any:
        """Invite; the call-up after it."""
        request = call_ups_pb2.InviteExpertsRequest(name=name, experts=[f"experts/{each}" for each in experts], count=count, channels=["sms", "app"])
        return await self.call(self.call_ups.InviteExperts, request, "duty_officer")

    async def sent(self, call_up: Any, *experts: str) -> None:
        """Somebody called them."""
        from fenghuo.experts.v1 import invitations_pb2 as ipb

        for invitation in call_up.invitations:
            if invitation.expert.removeprefix("experts/") in experts:
                request = ipb.RecordInvitationDeliveryRequest(name=invitation.name, channel="phone", outcome=ipb.DELIVERY_OUTCOME_SENT)
                await self.call(self.invitations.RecordInvitationDelivery, request, "duty_officer")

    async def get(self, name: str, user: str = "duty_officer") -> Any:
        """A call-up as it is."""
        return await self.call(self.call_ups.GetCallUp, call_ups_pb2.GetCallUpRequest(name=name), user)

    async def events(self) -> list[str]:
        """Names of the facts about call-ups published so far, in order."""
        from fenghuo.experts.v1.call_up_events_pb2 import CallUpEvent

        return [event.header.type for event in await self.running.published(CALL_UPS, CallUpEvent)]


def of(call_up: Any, expert_id: str) -> Any:
    """The expert's invitation."""
    return next(each for each in call_up.invitations if each.expert == f"experts/{expert_id}")
