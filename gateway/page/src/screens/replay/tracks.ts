/** Sampled ways of units and what they did meanwhile: read once, then asked for any moment of the replay. */

import type { Feature, FeatureCollection, Position } from "geojson";
import { listed, type Schemas } from "../../api/client";
import { unitIcon } from "../../map/icons";
import { aside, enumName, t } from "../../texts";

type Point = Schemas["dispatch.v1.TrackPoint"];
export type Assignment = Schemas["dispatch.v1.Assignment"];

/** Where it was, at milliseconds since 1970. */
interface Spot {
  at: number;
  lon: number;
  lat: number;
}

/** A unit was in this state from this moment on. */
export interface Step {
  at: number;
  unit: string;
  state: string;
}

export interface Track {
  unit: string;
  title: string;
  colour: string;
  spots: Spot[];
  steps: Step[];
  /** There are more points than were read. */
  more: boolean;
}

const COLOURS = ["#69b1ff", "#ffc069", "#95de64", "#ff85c0", "#5cdbd3", "#b37feb", "#ffd666", "#ff9c6e"];
const MOST_POINTS = 5000;
const PAGE = 500;
const AT_ONCE = 4;
/** A position older than this says where it was, not where it is: the board's own rule. */
const OLD_MS = 10 * 60_000;

const ASSIGNMENT_STEPS: [keyof Assignment, string][] = [
  ["createTime", "assigned"], ["departTime", "en_route"], ["arriveTime", "on_scene"], ["workTime", "working"], ["releaseTime", "returning"], ["closeTime", "available"],
];

/** Units that were lost, and heard of again, by the timeline of an incident. */
export function contactSteps(entries: Schemas["dispatch.v1.TimelineEntry"][]): Step[] {
  return entries.flatMap(({ type, resource, occurTime, detail }) => {
    const state = type === "UnitLostContact" ? "lost_contact" : type === "UnitContactRestored" ? String((detail as Record<string, unknown> | undefined)?.state ?? "") : "";
    return state && resource && occurTime ? [{ at: Date.parse(occurTime), unit: resource, state }] : [];
  });
}

/** What a unit did, by its assignments and by when it was heard of, oldest first. An order taken back moved nobody. */
export function stepsOf(unit: string, assignments: Assignment[], contact: Step[]): Step[] {
  const steps = assignments.flatMap((each) => ASSIGNMENT_STEPS.flatMap(([field, state]) => (typeof each[field] === "string" ? [{ at: Date.parse(each[field]), unit, state }] : [])));
  return [...steps, ...contact].sort((one, other) => one.at - other.at);
}

async function readTrack(unit: string, title: string, colour: string, steps: Step[], span: [number, number]): Promise<Track> {
  const [startTime, endTime] = span.map((each) => new Date(each).toISOString());
  const { rows, more } = await listed<Point>(`/${unit}/trackPoints`, { startTime, endTime, pageSize: PAGE }, MOST_POINTS);
  const spots = rows.map((each) => ({ at: Date.parse(each.locateTime ?? ""), lon: each.location?.lon ?? 0, lat: each.location?.lat ?? 0 }));
  return { unit, title, colour, spots, steps, more };
}

/** The tracks of units within a span, a few read at a time. */
export async function readTracks(units: Map<string, string>, assignments: Assignment[], span: [number, number], contact: Step[] = []): Promise<Track[]> {
  const asked = [...units];
  const found: Track[] = [];
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const some = asked.slice(from, from + AT_ONCE);
    found.push(...(await Promise.all(some.map(([unit, title], at) => readTrack(unit, title, COLOURS[(from + at) % COLOURS.length]!, stepsOf(unit, assignments.filter((each) => each.unit === unit), contact.filter((each) => each.unit === unit)), span)))));
  }
  return found;
}

/** How many entries lie at or before a moment; the entries are in order. */
export function countUntil(entries: { at: number }[], moment: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.at <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Where {
  lon: number;
  lat: number;
  /** Nobody said for ten minutes where it is. */
  old: boolean;
  at: number;
}

/** Where a unit was; between two points near in time on the straight line, after a gap where it was seen last. */
export function whereAt({ spots }: Track, moment: number): Where | undefined {
  const count = countUntil(spots, moment);
  const last = spots[count - 1];
  if (!last) return undefined;
  const next = spots[count];
  if (!next || next.at - last.at > OLD_MS) return { lon: last.lon, lat: last.lat, at: last.at, old: moment - last.at > OLD_MS };
  const share = (moment - last.at) / Math.max(1, next.at - last.at);
  return { lon: last.lon + (next.lon - last.lon) * share, lat: last.lat + (next.lat - last.lat) * share, at: last.at, old: false };
}

/** What it did then; empty before its first order. */
export function stateAt({ steps }: Track, moment: number): string {
  return steps[countUntil(steps, moment) - 1]?.state ?? "";
}

/** A state in words. */
export function stateWord(state: string): string {
  return state ? enumName(`UNIT_STATE_${state.toUpperCase()}`) : "";
}

const collect = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });
const line = (coordinates: Position[], colour: string): Feature[] => (coordinates.length > 1 ? [{ type: "Feature", properties: { colour }, geometry: { type: "LineString", coordinates } }] : []);

/** Every way from end to end. */
export function wholeLayer(tracks: Track[]): FeatureCollection {
  return collect(tracks.flatMap((each) => line(each.spots.map(({ lon, lat }) => [lon, lat]), each.colour)));
}

/** The ways so far. */
export function trailLayer(tracks: Track[], moment: number): FeatureCollection {
  return collect(tracks.flatMap((each) => {
    const here = whereAt(each, moment);
    const past = each.spots.slice(0, countUntil(each.spots, moment)).map(({ lon, lat }): Position => [lon, lat]);
    return line(here ? [...past, [here.lon, here.lat]] : past, each.colour);
  }));
}

/** The units then. */
export function thenLayer(tracks: Track[], moment: number): FeatureCollection {
  return collect(tracks.flatMap((each): Feature[] => {
    const here = whereAt(each, moment);
    if (!here) return [];
    const state = stateAt(each, moment);
    const label = `${each.title}${here.old ? aside(t("unit.stale")) : state ? aside(stateWord(state)) : ""}`;
    return [{ type: "Feature", properties: { name: each.unit, label, icon: unitIcon(state || "off_duty", here.old), doubtful: here.old, always: true }, geometry: { type: "Point", coordinates: [here.lon, here.lat] } }];
  }));
}

/** The corners of all that is shown. */
export function cornersOf(tracks: Track[], places: { lon: number; lat: number }[]): { lon: number; lat: number }[] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { lon, lat } of [...places, ...tracks.flatMap((each) => each.spots)]) [west, south, east, north] = [Math.min(west, lon), Math.min(south, lat), Math.max(east, lon), Math.max(north, lat)];
  return west <= east ? [{ lon: west, lat: south }, { lon: east, lat: north }] : [];
}
