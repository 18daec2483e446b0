"""How long it takes from here to there: on the roads where a road file is loaded, by a stated estimate where none is."""

from services.dispatch.solver.travel.affine import Affine
from services.dispatch.solver.travel.engine import Engine, Pinned
from services.dispatch.solver.travel.hierarchy import HierarchyEngine
from services.dispatch.solver.travel.isochrone import Isochrone, isochrones
from services.dispatch.solver.travel.network import RoadNetwork
from services.dispatch.solver.travel.plain import PlainEngine
from services.dispatch.solver.travel.route import Route
from services.dispatch.solver.travel.traveller import Travel

__all__ = ["Affine", "Engine", "HierarchyEngine", "Isochrone", "Pinned", "PlainEngine", "RoadNetwork", "Route", "Travel", "isochrones", "open_engine"]


def open_engine(network: RoadNetwork, *, emergency: bool = True) -> Engine:
    """The quick engine; the plain one where the wheel that orders its nodes is not installed."""
    if HierarchyEngine.available():
        return HierarchyEngine(network, emergency=emergency)
    return PlainEngine(network, emergency=emergency)
