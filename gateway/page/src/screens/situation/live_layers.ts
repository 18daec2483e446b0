/** Live resources as map features. */

import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { Resource, Schemas } from "../../api/client";
import { plainState } from "../../api/contract";
import { titleOf } from "../../parts/inputs";
import { GRADE_COLOUR, rehearsalWord } from "../../parts/tags";
import { UNIT_COLOUR, unitIcon } from "../../map/icons";
import { aside, enumName, t } from "../../texts";
import { language } from "../../texts/language";
import { contentOf, headline } from "../alerts/content";

type Spot = { lon?: number; lat?: number } | undefined;
type Incident = Schemas["dispatch.v1.Incident"];

/** A mark before a name; nothing for none. */
function bracketed(mark: string): string {
  return mark && (language() === "zh" ? `【${mark}】` : `[${mark}] `);
}

function at(place: Spot): Geometry | undefined {
  return place && typeof place.lon === "number" && typeof place.lat === "number" ? { type: "Point", coordinates: [place.lon, place.lat] } : undefined;
}

const KM_PER_DEG = 111.2;

/** A circle as a ring of 64 corners: good enough to look at, where people live. */
function circleRing(lon: number, lat: number, radiusKm: number): number[][] {
  const wide = radiusKm / KM_PER_DEG / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return Array.from({ length: 65 }, (_, corner) => [lon + wide * Math.cos((corner * Math.PI) / 32), lat + (radiusKm / KM_PER_DEG) * Math.sin((corner * Math.PI) / 32)]);
}

function collect(features: (Feature | undefined)[]): FeatureCollection {
  return { type: "FeatureCollection", features: features.filter((each) => each !== undefined) };
}

function feature(geometry: Geometry | undefined, properties: Record<string, unknown>): Feature | undefined {
  return geometry && { type: "Feature", geometry, properties };
}

export function incidentLayer(incidents: Incident[]): FeatureCollection {
  return collect(incidents.map((each) => feature(at(each.location), { name: each.name, label: each.title, colour: GRADE_COLOUR[each.grade?.level ?? 9] })));
}

const IDLE = ["off_duty", "out_of_service"];
const WAITING = ["available", "resting", "alerted"];

/** What lies above what where signs overlap: idle, waiting, at work, in doubt. */
function rankOf(state: string, doubtful: boolean): number {
  if (doubtful) return 3;
  return IDLE.includes(state) ? 0 : WAITING.includes(state) ? 1 : 2;
}

export function unitLayer(units: Schemas["dispatch.v1.UnitStatus"][]): FeatureCollection {
  const known = (state: string) => (state in UNIT_COLOUR ? state : "off_duty");
  return collect(
    units.map((each) => {
      const state = known(plainState(each.state));
      const lost = state === "lost_contact";
      const mark = lost ? enumName(each.state) : each.stale ? t("unit.stale") : "";
      const label = [bracketed(rehearsalWord(each)), titleOf(each as Resource), mark && aside(mark)].filter(Boolean).join("");
      return feature(at(each.location ?? each.home), { name: each.unit, label, icon: unitIcon(state, Boolean(each.stale) || lost), doubtful: Boolean(mark), lost, rank: rankOf(state, Boolean(mark)) });
    }),
  );
}

export function shelterLayer(shelters: Resource[]): FeatureCollection {
  const known = (state: string) => (["open", "full", "preparing"].includes(state) ? state : "other");
  return collect(shelters.map((each) => feature(at(each.location as Spot), { name: each.name, label: titleOf(each), icon: `shelter-${known(plainState(each.state))}` })));
}

export function storeLayer(stores: Resource[]): FeatureCollection {
  return collect(stores.map((each) => feature(at(each.location as Spot), { name: each.name, label: titleOf(each) })));
}

/** Every polygon of the alerts' areas. */
export function alertLayer(alerts: Resource[]): FeatureCollection {
  return collect(
    alerts.flatMap((alert) => {
      const content = contentOf(alert);
      const areas = content.areas ?? [];
      const rings = areas.flatMap((area) => area.polygons ?? []).map((ring) => (ring.points ?? []).map((point) => [point.lon ?? 0, point.lat ?? 0]));
      const round = areas.flatMap((area) => area.circles ?? []).map((circle) => circleRing(circle.centre?.lon ?? 0, circle.centre?.lat ?? 0, circle.radiusKm ?? 0));
      const mark = rehearsalWord(alert);
      const properties = { name: alert.name, label: `${bracketed(mark)}${headline(alert)}`, colour: GRADE_COLOUR[content.level || 9] };
      return [...rings, ...round].map((ring) => feature({ type: "Polygon", coordinates: [ring] }, properties));
    }),
  );
}
