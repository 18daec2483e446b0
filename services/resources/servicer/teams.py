"""TeamService and UnitService."""

from collections.abc import Awaitable
from typing import Any

from chassis.ids import id_of
from chassis.journal import Transaction
from fenghuo.resources.v1 import teams_pb2, teams_pb2_grpc, units_pb2, units_pb2_grpc
from services.resources.codec.fields import merged, moment, show, word
from services.resources.model.team import Team, Unit
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import teams

CLASSES = teams_pb2.TeamClass.DESCRIPTOR
KEPT = ("team_id", "team_class", "status", "status_at", "status_version", "incident", "exercise_id")
"""What an update of a unit does not touch."""


class TeamServicer(Door, teams_pb2_grpc.TeamServiceServicer):
    """Serves TeamService."""

    async def RegisterTeam(self, request: teams_pb2.RegisterTeamRequest, context: Any) -> teams_pb2.Team:
        """Enter a team."""
        return await self._new(request, teams_pb2.Team, "team_id", Team, teams.register_team, "team")

    async def UpdateTeam(self, request: teams_pb2.UpdateTeamRequest, context: Any) -> teams_pb2.Team:
        """Replace a team's entry."""
        return await self._do(request, teams_pb2.Team, "teams", lambda tx, id_, etag: teams.update_team(tx, id_, etag, lambda old: merged(request.team, old)))

    async def RetireTeam(self, request: teams_pb2.RetireTeamRequest, context: Any) -> teams_pb2.Team:
        """Take a team out of the register."""
        return await self._do(request, teams_pb2.Team, "teams", lambda tx, id_, etag: teams.retire_team(tx, id_, etag, request.reason))

    async def GetTeam(self, request: teams_pb2.GetTeamRequest, context: Any) -> teams_pb2.Team:
        """One team."""
        return show(teams_pb2.Team, await teams.get_team(self._engine, self._caller, id_of(request.name, "teams")))

    async def ListTeams(self, request: teams_pb2.ListTeamsRequest, context: Any) -> teams_pb2.ListTeamsResponse:
        """A page of teams."""
        found, token = await teams.teams_page(
            self._engine, self._caller, request.page_size, request.page_token, word(CLASSES, request.team_class), request.specialty
        )
        return teams_pb2.ListTeamsResponse(teams=[show(teams_pb2.Team, each) for each in found], next_page_token=token)


class UnitServicer(Door, units_pb2_grpc.UnitServiceServicer):
    """Serves UnitService."""

    async def RegisterUnit(self, request: units_pb2.RegisterUnitRequest, context: Any) -> units_pb2.Unit:
        """Enter a unit."""
        unheard = {"team_class": "", "status": "", "status_at": None, "status_version": 0, "incident": ""}
        return await self._new(request, units_pb2.Unit, "unit_id", Unit, teams.register_unit, "unit", **unheard)

    async def UpdateUnit(self, request: units_pb2.UpdateUnitRequest, context: Any) -> units_pb2.Unit:
        """Replace a unit's entry."""

        def work(tx: Transaction, unit_id: str, etag: str) -> Awaitable[Unit]:
            return teams.update_unit(tx, unit_id, etag, request.unit.exercise_id, lambda old: merged(request.unit, old, *KEPT))

        return await self._do(request, units_pb2.Unit, "units", work)

    async def SetUnitDuty(self, request: units_pb2.SetUnitDutyRequest, context: Any) -> units_pb2.Unit:
        """登记交班时间."""
        end = moment(request, "duty_end_time")
        return await self._do(request, units_pb2.Unit, "units", lambda tx, id_, etag: teams.set_duty(tx, id_, etag, end))

    async def RetireUnit(self, request: units_pb2.RetireUnitRequest, context: Any) -> units_pb2.Unit:
        """Take a unit out of the register."""
        return await self._do(request, units_pb2.Unit, "units", lambda tx, id_, etag: teams.retire_unit(tx, id_, etag, request.reason))

    async def GetUnit(self, request: units_pb2.GetUnitRequest, context: Any) -> units_pb2.Unit:
        """One unit."""
        return show(units_pb2.Unit, await teams.get_unit(self._engine, self._caller, id_of(request.name, "units")))

    async def ListUnits(self, request: units_pb2.ListUnitsRequest, context: Any) -> units_pb2.ListUnitsResponse:
        """A page of units."""
        found, token = await teams.units_page(
            self._engine, self._caller, request.page_size, request.page_token, optional_id(request.team, "teams", "team"), request.capability, request.status
        )
        return units_pb2.ListUnitsResponse(units=[show(units_pb2.Unit, each) for each in found], next_page_token=token)
