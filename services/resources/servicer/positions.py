"""PrePositionService and StandbyService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import pre_positions_pb2, pre_positions_pb2_grpc, standby_orders_pb2, standby_orders_pb2_grpc
from services.resources.codec.fields import show, word
from services.resources.model.position import PrePosition, StandbyOrder, StandbyRule
from services.resources.servicer.door import Door
from services.resources.use_cases import positions

POSITIONS = pre_positions_pb2.PrePositionState.DESCRIPTOR
STANDBYS = standby_orders_pb2.StandbyState.DESCRIPTOR


class PrePositionServicer(Door, pre_positions_pb2_grpc.PrePositionServiceServicer):
    """Serves PrePositionService."""

    async def OrderPrePosition(self, request: pre_positions_pb2.OrderPrePositionRequest, context: Any) -> pre_positions_pb2.PrePosition:
        """预置."""
        return await self._new(
            request,
            pre_positions_pb2.PrePosition,
            "pre_position_id",
            PrePosition,
            lambda tx, made: positions.order(tx, made, self._settings.around),
            author=self._caller.id,
        )

    async def CompletePrePosition(self, request: pre_positions_pb2.CompletePrePositionRequest, context: Any) -> pre_positions_pb2.PrePosition:
        """完成."""
        used = {id_of(line.item, "items", "lines.item"): (line.consumed, line.lost) for line in request.lines}
        return await self._do(request, pre_positions_pb2.PrePosition, "prePositions", lambda tx, id_, etag: positions.complete(tx, id_, etag, used))

    async def CancelPrePosition(self, request: pre_positions_pb2.CancelPrePositionRequest, context: Any) -> pre_positions_pb2.PrePosition:
        """取消."""
        return await self._do(request, pre_positions_pb2.PrePosition, "prePositions", lambda tx, id_, etag: positions.cancel(tx, id_, etag, request.reason))

    async def GetPrePosition(self, request: pre_positions_pb2.GetPrePositionRequest, context: Any) -> pre_positions_pb2.PrePosition:
        """One pre-position."""
        return show(pre_positions_pb2.PrePosition, await positions.get(self._engine, self._caller, id_of(request.name, "prePositions")))

    async def ListPrePositions(self, request: pre_positions_pb2.ListPrePositionsRequest, context: Any) -> pre_positions_pb2.ListPrePositionsResponse:
        """A page of pre-positions."""
        found, token = await positions.page_of(
            self._engine, self._caller, request.page_size, request.page_token, word(POSITIONS, request.state), request.incident
        )
        return pre_positions_pb2.ListPrePositionsResponse(pre_positions=[show(pre_positions_pb2.PrePosition, each) for each in found], next_page_token=token)


class StandbyServicer(Door, standby_orders_pb2_grpc.StandbyServiceServicer):
    """Serves StandbyService."""

    async def OrderStandbyOrder(self, request: standby_orders_pb2.OrderStandbyOrderRequest, context: Any) -> standby_orders_pb2.StandbyOrder:
        """备用."""
        return await self._new(request, standby_orders_pb2.StandbyOrder, "standby_order_id", StandbyOrder, positions.stand_by, expire_at=self._clock.now())

    async def ReleaseStandbyOrder(self, request: standby_orders_pb2.ReleaseStandbyOrderRequest, context: Any) -> standby_orders_pb2.StandbyOrder:
        """解除."""
        return await self._do(
            request, standby_orders_pb2.StandbyOrder, "standbyOrders", lambda tx, id_, etag: positions.release_standby(tx, id_, etag, request.reason)
        )

    async def GetStandbyOrder(self, request: standby_orders_pb2.GetStandbyOrderRequest, context: Any) -> standby_orders_pb2.StandbyOrder:
        """One standby."""
        return show(standby_orders_pb2.StandbyOrder, await positions.get_standby(self._engine, self._caller, id_of(request.name, "standbyOrders")))

    async def ListStandbyOrders(self, request: standby_orders_pb2.ListStandbyOrdersRequest, context: Any) -> standby_orders_pb2.ListStandbyOrdersResponse:
        """A page of standbys."""
        found, token = await positions.standbys_page(
            self._engine, self._caller, request.page_size, request.page_token, word(STANDBYS, request.state), request.incident
        )
        return standby_orders_pb2.ListStandbyOrdersResponse(
            standby_orders=[show(standby_orders_pb2.StandbyOrder, each) for each in found], next_page_token=token
        )

    async def CreateStandbyRule(self, request: standby_orders_pb2.CreateStandbyRuleRequest, context: Any) -> standby_orders_pb2.StandbyRule:
        """Enter a rule."""
        return await self._new(request, standby_orders_pb2.StandbyRule, "standby_rule_id", StandbyRule, positions.create_rule, "standby_rule")

    async def ListStandbyRules(self, request: standby_orders_pb2.ListStandbyRulesRequest, context: Any) -> standby_orders_pb2.ListStandbyRulesResponse:
        """A page of rules."""
        found, token = await positions.rules_page(self._engine, self._caller, request.page_size, request.page_token)
        rules = [show(standby_orders_pb2.StandbyRule, each) for each in found]
        return standby_orders_pb2.ListStandbyRulesResponse(standby_rules=rules, next_page_token=token)
