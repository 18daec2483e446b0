/** The district's reference data, read once: boundaries, towns and villages, places, facilities, event codes. */

import type { FeatureCollection, Point } from "geojson";
import { Refusal } from "../api/client";
import { language } from "../texts/language";

export interface Division {
  code: string;
  level: string;
  name: string;
  parent: string;
}

export interface EventType {
  code: string;
  name: string;
  level: number;
}

async function text(file: string): Promise<string> {
  const response = await fetch(`/api/v1/reference/${file}`);
  if (!response.ok) throw new Refusal(await response.json());
  return response.text();
}

/** Rows of a CSV file as records by heading. */
export function parseCsv(content: string): Record<string, string>[] {
  const rows = content.replace(/^\ufeff/, "").split(/\r?\n/).filter(Boolean).map(cells);
  const heads = rows.shift() ?? [];
  return rows.map((row) => Object.fromEntries(heads.map((head, index) => [head, row[index] ?? ""])));
}

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => (match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"')));
}

const held = new Map<string, Promise<unknown>>();

function once<T>(key: string, load: () => Promise<T>): Promise<T> {
  const known = held.get(key) as Promise<T> | undefined;
  if (known) return known;
  const loading = load();
  loading.catch(() => held.delete(key));
  held.set(key, loading);
  return loading;
}

export const boundaries = () => once("boundaries", async () => JSON.parse(await text("boundaries.geojson")) as FeatureCollection);
export const facilities = () => once("facilities", async () => JSON.parse(await text("facilities.geojson")) as FeatureCollection);
export const divisions = () => once("divisions", async () => parseCsv(await text("divisions.csv")) as unknown as Division[]);

/** Event codes by code. */
export const eventTypes = () =>
  once("events", async () => parseCsv(await text("event_types.csv")).map((row) => ({ code: row.code ?? "", name: row.name_zh ?? "", level: Number(row.level) }) as EventType));

/** Villages and named places as points. */
export const villages = () => once("villages", async () => points(parseCsv(await text("villages.csv")), "short_name"));
/** Places of a gazetteer that has the Chinese name of some only; a name in letters says nothing on a Chinese map. */
export const places = () => once("places", async () => points(parseCsv(await text("places.csv")).filter((row) => row.name_zh || language() === "en"), "name_zh"));

function points(rows: Record<string, string>[], name: string): FeatureCollection<Point> {
  const features = rows.map((row) => ({
    type: "Feature" as const,
    properties: { ...row, label: row[name] || row.name },
    geometry: { type: "Point" as const, coordinates: [Number(row.lon), Number(row.lat)] },
  }));
  return { type: "FeatureCollection", features };
}

const names = new Map<string, string>();

/** Read the names of divisions and event types, so that they can be shown at once. */
export async function readNames(): Promise<void> {
  const [found, events] = await Promise.all([divisions(), eventTypes()]);
  for (const each of found) names.set(each.code, each.name);
  for (const each of events) names.set(`event ${each.code}`, each.name);
}

/** A region code in words, or the code when it is not known. */
export function regionName(code: string | undefined): string {
  if (!code) return "—";
  const own = names.get(code) ?? code;
  const town = code.length === 12 ? names.get(code.slice(0, 9)) : undefined;
  return town ? `${town} ${own}` : own;
}

/** An event code in words. */
export function eventName(code: string | undefined): string {
  return code ? (names.get(`event ${code}`) ?? code) : "—";
}
