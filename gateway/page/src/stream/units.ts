/** Every unit as it is now: read once for all who look, again when a fact concerns units, and every so often because positions are no facts. */

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { listed, Refusal, type Listed, type Schemas } from "../api/client";
import { language } from "../texts/language";
import type { Live } from "./live";
import { watch } from "./stream";

type Unit = Schemas["dispatch.v1.UnitStatus"];

/** More than any district has; what lies beyond is told. */
const MOST_UNITS = 10_000;
const PAGE = 500;
const QUIET_MS = 350;
const EVERY_MS = 15_000;
/** Reading may take a tenth of the time at most. */
const SHARE = 10;
const WATCHED = new Set(["units", "unitStatuses", "assignments"]);

let held: Live<Listed<Unit>> = { data: undefined, problem: undefined, loading: true, reload: () => void read() };
let text = "";
let turn = 0;
let tookMs = 0;
let endedAt = 0;
let soon = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let unwatch: (() => void) | undefined;
const views = new Set<() => void>();

function show(next: Partial<Live<Listed<Unit>>>): void {
  held = { ...held, loading: false, ...next };
  views.forEach((view) => view());
}

async function read(): Promise<void> {
  clearTimeout(timer);
  soon = false;
  const mine = ++turn;
  const began = performance.now();
  try {
    const data = await listed<Unit>("/unitStatuses", { pageSize: PAGE }, MOST_UNITS);
    if (mine !== turn) return;
    const now = JSON.stringify(data);
    if (now !== text || held.problem) show({ data, problem: undefined }); // who sees no change draws nothing
    text = now;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (mine === turn) show({ problem: error.problem });
  }
  endedAt = performance.now();
  tookMs = endedAt - began;
  if (mine === turn && views.size) later(soon ? QUIET_MS : EVERY_MS);
}

/** Read after so long, and not before the last reading is paid for. */
function later(wait: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => (document.hidden && !soon ? later(EVERY_MS) : void read()), Math.max(wait, endedAt + tookMs * SHARE - performance.now()));
}

function follow(): void {
  unwatch = watch((fact) => {
    if (fact && !WATCHED.has(fact.header.aggregate.split("/")[0] ?? "")) return;
    if (!soon) later(QUIET_MS); // more facts do not put it off
    soon = true;
  });
}

function subscribe(view: () => void): () => void {
  views.add(view);
  if (views.size === 1) {
    follow();
    void read();
  }
  return () => {
    views.delete(view);
    if (views.size) return;
    unwatch?.();
    clearTimeout(timer);
    turn++;
  };
}

/** At log-out: the next one may see other units. */
export function forgetUnits(): void {
  text = "";
  held = { ...held, data: undefined, problem: undefined, loading: true };
}

/** All units, and whether there are more than can be read. */
export function useAllUnits(): Live<Listed<Unit>> {
  return useSyncExternalStore(subscribe, () => held);
}

/** The units themselves. */
export function useUnits(): Live<Unit[]> {
  const all = useAllUnits();
  return { ...all, data: all.data?.rows };
}

const unread = () => () => undefined;

/** What a unit is called in the reader's language; `given` is its Chinese name, where it was told with the rest. Only English readers need the units for it. */
export function useUnitName(): (unit: string | undefined, given?: string) => string {
  const english = language() === "en";
  const all = useSyncExternalStore(english ? subscribe : unread, () => held);
  const names = useMemo(() => new Map(english ? all.data?.rows.map((each) => [each.unit ?? "", each.displayNameEn ?? ""]) : []), [all.data, english]);
  return useCallback((unit, given) => names.get(unit ?? "") || given || (unit ?? ""), [names]);
}
