/** Closed roads, reaches and ways: what is read of them, and how the map shows it. */

import type { Feature, FeatureCollection, Position } from "geojson";
import { list, post, type Resource, type Schemas } from "../../api/client";
import { plainState } from "../../api/contract";
import type { Place } from "../../map/MapView";
import { titleOf } from "../../parts/inputs";
import { useCan } from "../../session";
import { useLive } from "../../stream/live";
import { aside, enumName, t } from "../../texts";
import type { UnitStatus } from "./data";

export type Closure = Schemas["dispatch.v1.RoadClosure"];
type Reach = Schemas["dispatch.v1.ComputeIsochronesResponse"];
type Way = Schemas["dispatch.v1.ComputeRouteResponse"];
type Point = { lon?: number; lat?: number };

export const MINUTES = [5, 10, 15];
const MOST_WAYS = 12;
const MINUTE = 60;
const KM = 1000;
const EARTH_M = 6_371_008.8;
const CORNERS = 64;
const OPEN = ["planned", "in_force"];
const COLOUR: Record<string, string> = { ROAD_CLOSURE_KIND_CLOSED: "#ff4d4f", ROAD_CLOSURE_KIND_SLOWED: "#fa8c16" };

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const position = (point: Point): Position => [point.lon ?? 0, point.lat ?? 0];

/** Metres between two places, flat around the first. */
export function metres(from: Place, to: Place): number {
  return EARTH_M * Math.hypot(radians(to.lat - from.lat), radians(to.lon - from.lon) * Math.cos(radians(from.lat)));
}

/** A circle as a ring. */
export function circle(centre: Place, radius: number): Position[] {
  const north = (radius / EARTH_M) * (180 / Math.PI);
  const east = north / Math.cos(radians(centre.lat));
  return Array.from({ length: CORNERS + 1 }, (_, at) => {
    const angle = ((at % CORNERS) * 2 * Math.PI) / CORNERS;
    return [centre.lon + east * Math.cos(angle), centre.lat + north * Math.sin(angle)];
  });
}

function shape(closure: Closure): Feature["geometry"] {
  const { area, stretch } = closure;
  if (area) return { type: "Polygon", coordinates: [(area.points ?? []).map(position)] };
  const points = (stretch?.points ?? []).map(position);
  const [lon = 0, lat = 0] = points[0] ?? [];
  return points.length === 1 ? { type: "Polygon", coordinates: [circle({ lon, lat }, stretch?.radiusM ?? 0)] } : { type: "LineString", coordinates: points };
}

/** Closures that hold or will hold; those to come say so. */
export function closureLayer(closures: Closure[]): FeatureCollection {
  const features = closures.map((each): Feature => {
    const later = plainState(each.state) === "planned" ? aside(enumName(each.state)) : "";
    return { type: "Feature", geometry: shape(each), properties: { name: each.name, label: `${enumName(each.kind)} ${each.reason ?? ""}${later}`, colour: COLOUR[each.kind ?? ""] ?? "#ff4d4f" } };
  });
  return { type: "FeatureCollection", features };
}

/** Every area that is reached, the largest first, so that the smaller lie above. */
export function reachLayer(reach: Reach | undefined): FeatureCollection {
  const areas = [...(reach?.isochrones ?? [])].sort((one, other) => (other.minutes ?? 0) - (one.minutes ?? 0));
  const features = areas.flatMap(({ minutes = 0, parts = [] }) =>
    parts.map((part): Feature => ({
      type: "Feature", properties: { label: t("roads.minutes", { count: minutes }) }, geometry: { type: "Polygon", coordinates: (part.rings ?? []).map((ring) => (ring.points ?? []).map(position)) },
    })),
  );
  return { type: "FeatureCollection", features };
}

export interface UnitWay {
  unit: UnitStatus;
  way: Way;
}

/** "医疗队 12 min · 6.2 km", or that there is no way. */
export function wayText({ unit, way }: UnitWay): string {
  const title = titleOf(unit as Resource);
  if (way.travelS === undefined) return `${title} ${t("roads.noWay")}`;
  return `${title} ${way.estimated ? t("roads.about") : ""}${Math.ceil(way.travelS / MINUTE)} min · ${((way.distanceM ?? 0) / KM).toFixed(1)} km`;
}

export function wayLayer(ways: UnitWay[] | undefined): FeatureCollection {
  const features = (ways ?? []).filter(({ way }) => way.line?.length).map((each): Feature => ({
    type: "Feature", properties: { label: wayText(each) }, geometry: { type: "LineString", coordinates: (each.way.line ?? []).map(position) },
  }));
  return { type: "FeatureCollection", features };
}

/** Closures that hold or will hold. */
export function useClosures() {
  const can = useCan();
  const load = async () => (await list<Closure>("/roadClosures")).filter((each) => OPEN.includes(plainState(each.state)));
  return useLive(can("roads.read") ? "roadClosures" : undefined, load, ["roadClosures"]);
}

/** What is reached from a place; again whenever a road is closed or opened. */
export function useReach(from: Place | undefined) {
  const body = { location: from, minutes: MINUTES };
  return useLive(from && JSON.stringify(body), () => post<Reach>("/roads:isochrones", body), ["roadClosures"]);
}

/** The ways of units to their incident; again whenever a road is closed or opened, or a unit moves. */
export function useWays(units: UnitStatus[], incident: string | undefined) {
  const shown = units.filter((each) => each.location ?? each.home).slice(0, MOST_WAYS);
  const key = incident && `${incident} ${shown.map((each) => each.unit).join()}`;
  const load = () => Promise.all(shown.map(async (unit): Promise<UnitWay> => ({ unit, way: await post<Way>("/roads:route", { unit: unit.unit, incident }) })));
  return useLive(key, load, ["roadClosures", "units", "assignments"]);
}
