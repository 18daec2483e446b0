"""ObservationService, ExternalAlertService and AuthorityService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.alerts.v1 import authorities_pb2, authorities_pb2_grpc, external_alerts_pb2, external_alerts_pb2_grpc, observations_pb2_grpc
from fenghuo.alerts.v1 import observations_pb2 as pb
from services.alerts.codec import alerts as alert_codec
from services.alerts.codec import observations as codec
from services.alerts.codec.fields import fill, moment, read, ref, word
from services.alerts.model.observation import Reading
from services.alerts.use_cases import authorities, external, observations
from services.alerts.use_cases.desk import Desk


class ObservationServicer(observations_pb2_grpc.ObservationServiceServicer):
    """Serves ObservationService."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._engine, self._journal, self._desk = parts.engine, parts.journal, desk

    async def CreateStation(self, request: pb.CreateStationRequest, context: Any) -> pb.Station:
        """Register a station."""
        return await self._journal.run(request, pb.Station, lambda tx: observations.create_station(tx, codec.new_station(request, tx.now)), codec.station)

    async def GetStation(self, request: pb.GetStationRequest, context: Any) -> pb.Station:
        """One station."""
        return codec.station(await observations.station(self._engine, current_call.get().caller, id_of(request.name, "stations")))

    async def ListStations(self, request: pb.ListStationsRequest, context: Any) -> pb.ListStationsResponse:
        """A page of stations."""
        found, token = await observations.stations(self._engine, current_call.get().caller, request.page_size, request.page_token)
        return pb.ListStationsResponse(stations=map(codec.station, found), next_page_token=token)

    async def RecordObservation(self, request: pb.RecordObservationRequest, context: Any) -> pb.Observation:
        """Take in readings."""
        station_id, at = id_of(request.station, "stations", "station"), moment(request, "observe_time")
        readings = tuple(read(Reading, each) for each in request.readings)
        return await self._journal.run(
            request, pb.Observation, lambda tx: observations.record(tx, station_id, at, readings, request.exercise_id), codec.observation
        )

    async def ListObservations(self, request: pb.ListObservationsRequest, context: Any) -> pb.ListObservationsResponse:
        """A page of readings."""
        caller, station_id = current_call.get().caller, ref(request.station, "stations", "station")
        found, token = await observations.observations(self._engine, caller, request.page_size, request.page_token, station_id)
        return pb.ListObservationsResponse(observations=map(codec.observation, found), next_page_token=token)

    async def CreateThreshold(self, request: pb.CreateThresholdRequest, context: Any) -> pb.Threshold:
        """Set a threshold."""
        threshold = codec.new_threshold(request)
        return await self._journal.run(request, pb.Threshold, lambda tx: observations.create_threshold(tx, threshold, self._desk.district), codec.threshold)

    async def RetireThreshold(self, request: pb.RetireThresholdRequest, context: Any) -> pb.Threshold:
        """Retire a threshold."""
        threshold_id = id_of(request.name, "thresholds")
        return await self._journal.run(request, pb.Threshold, lambda tx: observations.retire_threshold(tx, threshold_id, request.etag), codec.threshold)

    async def ListThresholds(self, request: pb.ListThresholdsRequest, context: Any) -> pb.ListThresholdsResponse:
        """A page of thresholds."""
        found, token = await observations.thresholds(self._engine, current_call.get().caller, request.page_size, request.page_token)
        return pb.ListThresholdsResponse(thresholds=map(codec.threshold, found), next_page_token=token)

    async def ListThresholdCrossings(self, request: pb.ListThresholdCrossingsRequest, context: Any) -> pb.ListThresholdCrossingsResponse:
        """A page of proposals."""
        caller, station_id = current_call.get().caller, ref(request.station, "stations", "station")
        found, token = await observations.crossings(self._engine, caller, request.page_size, request.page_token, station_id)
        return pb.ListThresholdCrossingsResponse(threshold_crossings=map(codec.crossing, found), next_page_token=token)


class ExternalAlertServicer(external_alerts_pb2_grpc.ExternalAlertServiceServicer):
    """Serves ExternalAlertService."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._engine, self._journal, self._clock, self._desk = parts.engine, parts.journal, parts.clock, desk

    async def ImportExternalAlerts(
        self, request: external_alerts_pb2.ImportExternalAlertsRequest, context: Any
    ) -> external_alerts_pb2.ImportExternalAlertsResponse:
        """Take in a document."""
        return await self._journal.run(
            request,
            external_alerts_pb2.ImportExternalAlertsResponse,
            lambda tx: external.take_in(tx, self._desk, request.document, request.content_type, request.source),
            _imported,
        )

    async def GetExternalAlert(self, request: external_alerts_pb2.GetExternalAlertRequest, context: Any) -> external_alerts_pb2.ExternalAlert:
        """One external alert."""
        return codec.external_alert(await external.get(self._engine, current_call.get().caller, id_of(request.name, "externalAlerts")))

    async def ListExternalAlerts(self, request: external_alerts_pb2.ListExternalAlertsRequest, context: Any) -> external_alerts_pb2.ListExternalAlertsResponse:
        """A page of external alerts."""
        at = self._clock.now() if request.in_force else None
        found, token = await external.page_of(
            self._engine, current_call.get().caller, request.page_size, request.page_token, state=word(request, "state"), in_force=at,
            concerns=request.concerns_district,
        )  # fmt: skip
        return external_alerts_pb2.ListExternalAlertsResponse(external_alerts=map(codec.external_alert, found), next_page_token=token)

    async def AcceptExternalAlert(self, request: external_alerts_pb2.JudgeExternalAlertRequest, context: Any) -> external_alerts_pb2.ExternalAlert:
        """Believe a quarantined message."""
        alert_id = id_of(request.name, "externalAlerts")
        return await self._journal.run(
            request, external_alerts_pb2.ExternalAlert, lambda tx: external.accept(tx, alert_id, request.etag, request.reason), codec.external_alert
        )

    async def RejectExternalAlert(self, request: external_alerts_pb2.JudgeExternalAlertRequest, context: Any) -> external_alerts_pb2.ExternalAlert:
        """Refuse a quarantined message."""
        alert_id = id_of(request.name, "externalAlerts")
        return await self._journal.run(
            request, external_alerts_pb2.ExternalAlert, lambda tx: external.reject(tx, alert_id, request.etag, request.reason), codec.external_alert
        )


def _imported(made: external.Import) -> external_alerts_pb2.ImportExternalAlertsResponse:
    message = external_alerts_pb2.ImportExternalAlertsResponse(links=made.links)
    for result in made.results:
        message.results.add(external_alert=codec.external_alert(result.alert), duplicate=result.duplicate)
    for finding in made.refused:
        fill(message.refused.add(), finding)
    return message


class AuthorityServicer(authorities_pb2_grpc.AuthorityServiceServicer):
    """Serves AuthorityService."""

    def __init__(self, parts: Parts) -> None:
        self._engine, self._journal, self._clock = parts.engine, parts.journal, parts.clock

    async def CreateAuthority(self, request: authorities_pb2.CreateAuthorityRequest, context: Any) -> authorities_pb2.Authority:
        """Enter a row."""
        row = alert_codec.new_authority(request)
        return await self._journal.run(request, authorities_pb2.Authority, lambda tx: authorities.create(tx, row), alert_codec.authority)

    async def WithdrawAuthority(self, request: authorities_pb2.WithdrawAuthorityRequest, context: Any) -> authorities_pb2.Authority:
        """Withdraw a row."""
        row_id = id_of(request.name, "authorities")
        return await self._journal.run(request, authorities_pb2.Authority, lambda tx: authorities.withdraw(tx, row_id, request.etag), alert_codec.authority)

    async def GetAuthority(self, request: authorities_pb2.GetAuthorityRequest, context: Any) -> authorities_pb2.Authority:
        """One row."""
        return alert_codec.authority(await authorities.get(self._engine, current_call.get().caller, id_of(request.name, "authorities")))

    async def ListAuthorities(self, request: authorities_pb2.ListAuthoritiesRequest, context: Any) -> authorities_pb2.ListAuthoritiesResponse:
        """A page of rows."""
        found, token = await authorities.page_of(self._engine, current_call.get().caller, request.page_size, request.page_token)
        return authorities_pb2.ListAuthoritiesResponse(authorities=map(alert_codec.authority, found), next_page_token=token)

    async def CheckAuthority(self, request: authorities_pb2.CheckAuthorityRequest, context: Any) -> authorities_pb2.CheckAuthorityResponse:
        """May it be issued?"""
        found = await authorities.check(
            self._engine, current_call.get().caller, request.org, request.event_code, request.level, request.region_code, self._clock.now()
        )
        return fill(authorities_pb2.CheckAuthorityResponse(), found)
