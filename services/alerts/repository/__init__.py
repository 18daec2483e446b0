"""Alerts in the database: one store an aggregate, and the reads that are not about one row."""

from chassis.store import Store
from services.alerts import tables
from services.alerts.model.alert import Alert
from services.alerts.model.authority import Authority
from services.alerts.model.chain import Chain
from services.alerts.model.coverage import Receipt
from services.alerts.model.delivery import ChannelTarget, Delivery
from services.alerts.model.external import ExternalAlert
from services.alerts.model.incident import IncidentSeen
from services.alerts.model.notice import Notice
from services.alerts.model.observation import Observation, Station, Threshold, ThresholdCrossing

STATIONS = Store(tables.station, Station, "stations")
THRESHOLDS = Store(tables.threshold, Threshold, "thresholds")
OBSERVATIONS = Store(tables.observation, Observation, "observations")
CROSSINGS = Store(tables.threshold_crossing, ThresholdCrossing, "thresholdCrossings")
AUTHORITIES = Store(tables.authority, Authority, "authorities")
EXTERNALS = Store(tables.external_alert, ExternalAlert, "externalAlerts")
CHAINS = Store(tables.alert_chain, Chain, "alertChains")
ALERTS = Store(tables.alert, Alert, "alerts")
NOTICES = Store(tables.alert_notice, Notice, "alertNotices")
TARGETS = Store(tables.channel_target, ChannelTarget, "channelTargets")
DELIVERIES = Store(tables.delivery, Delivery, "deliveries")
RECEIPTS = Store(tables.receipt, Receipt, "receipts")
INCIDENTS = Store(tables.incident_seen, IncidentSeen, "incidents")

__all__ = [
    "ALERTS",
    "AUTHORITIES",
    "CHAINS",
    "CROSSINGS",
    "DELIVERIES",
    "EXTERNALS",
    "INCIDENTS",
    "NOTICES",
    "OBSERVATIONS",
    "RECEIPTS",
    "STATIONS",
    "TARGETS",
    "THRESHOLDS",
]
