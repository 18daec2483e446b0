"""Composition root of resources."""

from functools import partial
from typing import Any

from chassis.process import Definition, Parts, Wiring, serve
from fenghuo.resources.v1 import (
    agreements_pb2_grpc,
    censuses_pb2_grpc,
    donations_pb2_grpc,
    hidden_dangers_pb2_grpc,
    items_pb2_grpc,
    lots_pb2_grpc,
    movements_pb2_grpc,
    picture_pb2_grpc,
    pre_positions_pb2_grpc,
    quotas_pb2_grpc,
    requisitions_pb2_grpc,
    risk_sources_pb2_grpc,
    shelters_pb2_grpc,
    standby_orders_pb2_grpc,
    stores_pb2_grpc,
    teams_pb2_grpc,
    transfers_pb2_grpc,
    units_pb2_grpc,
)
from services.resources import consumers, events, tables
from services.resources.errors import CONSTRAINTS
from services.resources.servicer import catalogue, censuses, picture, positions, requisitions, risks, shelters, stock, supply, teams, transfers
from services.resources.servicer.door import Door
from services.resources.settings import Settings
from services.resources.use_cases.timers import RINGS


def build(parts: Parts) -> Wiring:
    """Wire the service."""
    servicers: tuple[tuple[Any, type[Door]], ...] = (
        (items_pb2_grpc.add_ItemServiceServicer_to_server, catalogue.ItemServicer),
        (stores_pb2_grpc.add_StoreServiceServicer_to_server, catalogue.StoreServicer),
        (quotas_pb2_grpc.add_QuotaServiceServicer_to_server, catalogue.QuotaServicer),
        (lots_pb2_grpc.add_LotServiceServicer_to_server, stock.LotServicer),
        (movements_pb2_grpc.add_MovementServiceServicer_to_server, stock.MovementServicer),
        (transfers_pb2_grpc.add_TransferServiceServicer_to_server, transfers.TransferServicer),
        (agreements_pb2_grpc.add_AgreementServiceServicer_to_server, supply.AgreementServicer),
        (donations_pb2_grpc.add_DonationServiceServicer_to_server, supply.DonationServicer),
        (requisitions_pb2_grpc.add_RequisitionServiceServicer_to_server, requisitions.RequisitionServicer),
        (censuses_pb2_grpc.add_CensusServiceServicer_to_server, censuses.CensusServicer),
        (pre_positions_pb2_grpc.add_PrePositionServiceServicer_to_server, positions.PrePositionServicer),
        (standby_orders_pb2_grpc.add_StandbyServiceServicer_to_server, positions.StandbyServicer),
        (teams_pb2_grpc.add_TeamServiceServicer_to_server, teams.TeamServicer),
        (units_pb2_grpc.add_UnitServiceServicer_to_server, teams.UnitServicer),
        (shelters_pb2_grpc.add_ShelterServiceServicer_to_server, shelters.ShelterServicer),
        (risk_sources_pb2_grpc.add_RiskSourceServiceServicer_to_server, risks.RiskSourceServicer),
        (hidden_dangers_pb2_grpc.add_HiddenDangerServiceServicer_to_server, risks.HiddenDangerServicer),
        (picture_pb2_grpc.add_PictureServiceServicer_to_server, picture.PictureServicer),
    )
    return Wiring(servicers=[partial(add, kind(parts)) for add, kind in servicers], subscriptions=consumers.SUBSCRIPTIONS, rings=RINGS)


DEFINITION = Definition(name="resources", settings=Settings, metadata=tables.METADATA, encode=events.encode, build=build, constraints=CONSTRAINTS)

if __name__ == "__main__":
    serve(DEFINITION)
