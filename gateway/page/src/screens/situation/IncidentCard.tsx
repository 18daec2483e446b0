/** An open incident in the list: grade, state, age, next report deadline. */

import type { Place } from "../../map/MapView";
import { eventName, regionName } from "../../map/reference";
import { GRADE_COLOUR, GradeTag, StateTag } from "../../parts/tags";
import { Age, Countdown } from "../../parts/time";
import { go } from "../../route";
import { t } from "../../texts";
import type { Incident } from "./data";

export function IncidentCard({ incident, due, onFocus }: { incident: Incident; due?: string; onFocus: (place: Place) => void }) {
  const { location } = incident;
  const place = location && typeof location.lon === "number" && typeof location.lat === "number" ? { lon: location.lon, lat: location.lat } : undefined;
  return (
    <div className="incident-card" style={{ borderInlineStartColor: GRADE_COLOUR[incident.grade?.level ?? 9] }} onClick={() => go(`/${incident.name}`)} data-testid="incident-card">
      <div className="line">
        <span className="title" title={incident.title}>{incident.title}</span>
        <GradeTag level={incident.grade?.level} provisional={incident.grade?.provisional} />
      </div>
      <div className="line small">
        <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
          {incident.exerciseId && <span className="exercise">{t("exercise")}</span>} {incident.eventCode ? `${eventName(incident.eventCode)} · ` : ""}{incident.address || regionName(incident.regionCode)}
        </span>
        {place && <a onClick={(event) => { event.stopPropagation(); onFocus(place); }}>{t("map.show")}</a>}
      </div>
      <div className="line small" style={{ opacity: 1 }}>
        <span><StateTag state={incident.state} /> <span style={{ opacity: 0.75 }}>{t("ago")} <Age since={incident.receiveTime} /></span></span>
        {due && <span>{t("nextReport")} <Countdown due={due} /></span>}
      </div>
    </div>
  );
}
