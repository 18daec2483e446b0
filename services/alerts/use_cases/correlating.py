"""What other services' facts mean for alerts: an incident that may belong to one, a drill that stops."""

from chassis.journal import Transaction
from services.alerts.model.alert import Alert
from services.alerts.model.incident import IncidentSeen
from services.alerts.repository import ALERTS, queries
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.drafting import keep


async def incident_confirmed(tx: Transaction, desk: Desk, incident: IncidentSeen) -> None:
    """Offer it to every live alert of its kind and place; linking them is a person's decision."""
    await queries.note_incident(tx, incident)
    for seen in await queries.live(tx.connection, incident.exercise_id, incident.event_code[:3]):
        if not (incident.kin(seen) and _there(desk, seen, incident)):  # what was published changes neither
            continue
        alert = await ALERTS.load(tx, seen.id)
        event = alert.suggest_incident(incident.name)
        if event is not None:
            alert.update_time = tx.now
            await ALERTS.save(tx, alert)
            keep(tx, alert, event)


async def incident_merged(tx: Transaction, merged: str, target: str) -> None:
    """并案: alerts of the merged incident belong to the one that stays."""
    for alert in await queries.about(tx, merged):
        event = alert.follow_merge(merged, target)
        if event is not None:
            alert.update_time = tx.now
            await ALERTS.save(tx, alert)
            keep(tx, alert, event)


def _there(desk: Desk, alert: Alert, incident: IncidentSeen) -> bool:
    """It happened in the area warned: by its point where known, else by its region."""
    if incident.lon is not None and incident.lat is not None and (alert.content.polygons or alert.content.circles):
        return desk.places.concerns_point(alert.content, incident.lon, incident.lat) or _named(alert, incident)
    return _named(alert, incident) or incident.region_code[:6] in alert.regions


def _named(alert: Alert, incident: IncidentSeen) -> bool:
    return any(incident.region_code.startswith(code) for code in alert.content.region_codes)
