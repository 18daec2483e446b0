/** Advised moves as arrows on the map: bent, so that two ways between the same places are told apart. */

import type { Feature, FeatureCollection, Position } from "geojson";
import type { Schemas } from "../../api/client";
import type { Place } from "../../map/MapView";

export type Standby = Schemas["dispatch.v1.AdviseRedeploymentResponse"];
export type Move = Schemas["dispatch.v1.StandbyMove"];

const BOW = 0.16;
const STEPS = 24;
const HALF_TURN = 180;

interface Arrow {
  line: Position[];
  /** Which way its tip points, degrees from north, clockwise. */
  bearing: number;
}

/** From one place to another, in a bow of this height as a share of its length. */
export function arrow(from: Place, to: Place, bow: number): Arrow {
  const narrow = Math.cos((from.lat * Math.PI) / HALF_TURN) || 1; // a degree of longitude against one of latitude
  const [east, north] = [(to.lon - from.lon) * narrow, to.lat - from.lat];
  const middle = { lon: (from.lon + to.lon) / 2 + (2 * bow * north) / narrow, lat: (from.lat + to.lat) / 2 - 2 * bow * east };
  const line = Array.from({ length: STEPS + 1 }, (_, step): Position => {
    const share = step / STEPS;
    const weigh = (start: number, bend: number, end: number) => (1 - share) ** 2 * start + 2 * share * (1 - share) * bend + share ** 2 * end;
    return [weigh(from.lon, middle.lon, to.lon), weigh(from.lat, middle.lat, to.lat)];
  });
  return { line, bearing: (Math.atan2((to.lon - middle.lon) * narrow, to.lat - middle.lat) * HALF_TURN) / Math.PI };
}

type Spot = { lon?: number; lat?: number } | undefined;

function placeOf(point: Spot): Place | undefined {
  return typeof point?.lon === "number" && typeof point.lat === "number" ? { lon: point.lon, lat: point.lat } : undefined;
}

export interface Way {
  move: Move;
  from: Place;
  to: Place;
}

/** From where the unit is, or else from its post, to where it should wait; no more ways than were asked for. */
export function waysOf(advice: Standby | undefined, most: number, at: (unit: string) => Spot): Way[] {
  return (advice?.moves ?? []).slice(0, most).flatMap((move): Way[] => {
    const from = placeOf(at(move.unit ?? "")) ?? placeOf(advice?.posts?.[move.fromPost ?? 0]?.location);
    const to = placeOf(advice?.posts?.[move.toPost ?? 0]?.location);
    return from && to ? [{ move, from, to }] : [];
  });
}

/** A line and a tip for each move. */
export function movesLayer(ways: Way[], label: (move: Move) => string): FeatureCollection {
  const drawn = new Map<string, number>();
  const features = ways.flatMap(({ move, from, to }): Feature[] => {
    const same = `${move.fromPost} ${move.toPost}`;
    const before = drawn.get(same) ?? 0;
    drawn.set(same, before + 1);
    const { line, bearing } = arrow(from, to, BOW * (before + 1));
    return [
      { type: "Feature", properties: { label: label(move) }, geometry: { type: "LineString", coordinates: line } },
      { type: "Feature", properties: { bearing }, geometry: { type: "Point", coordinates: [to.lon, to.lat] } },
    ];
  });
  return { type: "FeatureCollection", features };
}
