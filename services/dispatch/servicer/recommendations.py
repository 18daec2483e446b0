"""RecommendationService."""

from typing import Any

from chassis.identity import current_call
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.dispatch.v1 import recommendations_pb2 as pb
from fenghuo.dispatch.v1 import recommendations_pb2_grpc
from services.dispatch.codec import recommendations as codec
from services.dispatch.codec import standby as standby_codec
from services.dispatch.codec.fields import moment, optional, point, ref
from services.dispatch.model.standby import MOVES, STANDARD_S
from services.dispatch.use_cases import recommendation, standby
from services.dispatch.use_cases.overrides import statistics
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.recommendation import Demand


class RecommendationServicer(recommendations_pb2_grpc.RecommendationServiceServicer):
    """Serves RecommendationService."""

    def __init__(self, parts: Parts, picture: Picture) -> None:
        self._engine = parts.engine
        self._clock = parts.clock
        self._hot = parts.hot
        self._picture = picture
        self._texts = Catalogue.load(parts.settings.messages_dir)

    async def RecommendUnits(self, request: pb.RecommendUnitsRequest, context: Any) -> pb.RecommendUnitsResponse:
        """推荐力量."""
        demand = Demand(
            ref(request, "task"), ref(request, "incident"), point(request, "location"), codec.asked(request.needs),
            codec.unit_ids(request.declined, "declined"), codec.manner(request), request.limit or codec.DEFAULT_LIMIT, request.declined_reason,
        )  # fmt: skip
        now = self._clock.now()
        advice = await recommendation.recommend(self._engine, self._hot, self._picture, current_call.get().caller, now, demand)
        return codec.advice(advice, now, self._texts)

    async def AdviseRedeployment(self, request: pb.AdviseRedeploymentRequest, context: Any) -> pb.AdviseRedeploymentResponse:
        """待命力量调整建议."""
        standard_s, moves = optional(request, "standard_s") or STANDARD_S, optional(request, "moves") or MOVES
        caller, now = current_call.get().caller, self._clock.now()
        found = await standby.advise(self._engine, self._picture, caller, now, request.capability, standard_s, moves, request.exercise_id)
        return standby_codec.advice(found, self._texts)

    async def GetOverrideStatistics(self, request: pb.GetOverrideStatisticsRequest, context: Any) -> pb.OverrideStatistics:
        """与推荐不一致的派遣统计."""
        period = moment(request, "start_time"), moment(request, "end_time")
        found = await statistics(self._engine, current_call.get().caller, *period, ref(request, "incident"), request.exercise_id)
        return codec.statistics(found)
