/** What is asked of an allocation, as the form holds it (minutes, rows) and as the contract wants it (seconds, pairs). */

import type { Dayjs } from "dayjs";
import type { Schemas } from "../../api/client";
import { wall, wire } from "../../parts/time";

export type Spec = Schemas["dispatch.v1.AllocationSpec"];
type Pair = Schemas["dispatch.v1.UnitTask"];
type Terms = Schemas["dispatch.v1.TaskTerms"];
type Extra = Schemas["dispatch.v1.ExplicitNeed"];
type Need = Schemas["dispatch.v1.UnitNeed"];

/** Units and tasks that must not come together; no task: none at all. */
export interface BanRow {
  units?: string[];
  tasks?: string[];
}

/** What holds for who comes to a task for one of its needs, or for all. */
export interface TermsRow {
  task: string;
  code?: string;
  latest?: Dayjs;
  least?: number;
  weight?: number;
}

/** What an earlier proposal asked of a need beyond what the form asks for; it is asked for again as it was. */
export interface Kept {
  /** Position of the explicit need there. */
  of: number;
  site: Extra;
  need: Need;
}

/** One need that no task states yet. */
export interface ExtraRow {
  incident: string;
  title: string;
  code?: string;
  count: number;
  lifeSaving?: boolean;
  kept?: Kept;
}

export interface Values {
  incidents?: string[];
  model: string;
  reserve: number;
  travel?: number | null;
  unmet?: number | null;
  price?: number | null;
  time?: number | null;
  exerciseId?: string;
  pins?: Pair[];
  bans?: BanRow[];
  terms?: TermsRow[];
  extras?: ExtraRow[];
}

const MINUTE = 60;
const HUNDRED = 100;
const THOUSAND = 1000;

/** What the form starts from when nothing was asked before. */
export const FRESH: Values = { model: "ALLOCATION_MODEL_COVER", reserve: 20 };

function seconds(minutes: number | null | undefined): number | undefined {
  return typeof minutes === "number" ? Math.round(minutes * MINUTE) : undefined;
}

function minutes(given: number | undefined): number | undefined {
  return given === undefined ? undefined : Math.round((given / MINUTE) * THOUSAND) / THOUSAND; // so fine that the seconds come back
}

function termsOf(rows: TermsRow[]): Terms[] {
  return [...new Set(rows.map((each) => each.task))].map((task) => {
    const own = rows.filter((each) => each.task === task);
    const needs = own.filter((each) => each.latest || each.least).map(({ code, latest, least }) => ({ code: code ?? "", latestArriveTime: latest && wire(latest), leastUnits: least ?? 0 }));
    return { task, needs, lastArrivalWeight: Math.max(0, ...own.map((each) => each.weight ?? 0)) };
  });
}

/** Rows of one explicit need, or of one incident and title, make one explicit need. */
function extrasOf(rows: ExtraRow[]): Extra[] {
  const sites = new Map<string, Extra>();
  for (const row of rows) {
    const { incident, title, code, count, lifeSaving } = row;
    const kept = row.kept ?? rows.find((each) => each.kept && each.incident === incident && each.title === title)?.kept;
    const key = `${kept?.of ?? ""} ${incident} ${title}`;
    const site = sites.get(key) ?? { ...kept?.site, incident, title, needs: [], lifeSaving: false };
    site.needs = [...(site.needs ?? []), { ...row.kept?.need, code: code ?? "", count }];
    site.lifeSaving ||= lifeSaving ?? false;
    sites.set(key, site);
  }
  return [...sites.values()];
}

/** The specification; `open` are the tasks that a ban without tasks means. */
export function toSpec(values: Values, open: string[]): Spec {
  const pairs = (values.bans ?? []).flatMap(({ units = [], tasks }) => units.flatMap((unit) => (tasks?.length ? tasks : open).map((task) => ({ unit, task }))));
  const single = [...new Map(pairs.map((each) => [`${each.unit} ${each.task}`, each])).values()];
  const spec: Record<string, unknown> = {
    incidents: values.incidents, model: values.model, reserveShare: values.reserve / HUNDRED, exerciseId: values.exerciseId || undefined,
    maxTravelS: seconds(values.travel), unmetPenaltyS: seconds(values.unmet), reservePriceS: seconds(values.price), timeLimitS: values.time ?? undefined,
    pinned: values.pins, forbidden: single, terms: termsOf(values.terms ?? []), needs: extrasOf(values.extras ?? []),
  };
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)));
}

/** Exclusions as they were said: units that are kept from the same tasks make one. */
export function bansOf(spec: Spec): { units: string[]; tasks: string[] }[] {
  const banned = new Map<string, string[]>();
  for (const { unit = "", task = "" } of spec.forbidden ?? []) banned.set(unit, [...(banned.get(unit) ?? []), task]);
  const alike = new Map<string, { units: string[]; tasks: string[] }>();
  for (const [unit, tasks] of banned) {
    const key = [...tasks].sort().join();
    alike.set(key, { units: [...(alike.get(key)?.units ?? []), unit], tasks });
  }
  return [...alike.values()];
}

/** What the form starts from when something like an earlier proposal is asked for. */
export function fromSpec(spec: Spec): Values {
  const terms = (spec.terms ?? []).flatMap(({ task = "", needs, lastArrivalWeight }): TermsRow[] =>
    (needs?.length ? needs : [{}]).map((need: Schemas["dispatch.v1.ArrivalTerms"]) => ({ task, code: need.code || undefined, latest: need.latestArriveTime ? wall(need.latestArriveTime) : undefined, least: need.leastUnits || undefined, weight: lastArrivalWeight || undefined })),
  );
  return {
    incidents: spec.incidents, model: spec.model ?? FRESH.model, reserve: Math.round((spec.reserveShare ?? 0) * HUNDRED * HUNDRED) / HUNDRED, exerciseId: spec.exerciseId || undefined,
    travel: minutes(spec.maxTravelS), unmet: minutes(spec.unmetPenaltyS), price: minutes(spec.reservePriceS), time: spec.timeLimitS,
    pins: spec.pinned, bans: bansOf(spec), terms,
    extras: (spec.needs ?? []).flatMap((site, of) => (site.needs ?? []).map((need) => ({ incident: site.incident ?? "", title: site.title ?? "", code: need.code || undefined, count: need.count ?? 1, lifeSaving: site.lifeSaving, kept: { of, site, need } }))),
  };
}
