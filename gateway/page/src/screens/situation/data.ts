/** What the situation screen reads, and when it reads it again. */

import { list, MOST_ROWS, type Resource, type Schemas } from "../../api/client";
import { useCan } from "../../session";
import { useLive } from "../../stream/live";

export { useUnits } from "../../stream/units";

export type Incident = Schemas["dispatch.v1.Incident"];
export type Obligation = Schemas["dispatch.v1.Obligation"];
export type UnitStatus = Schemas["dispatch.v1.UnitStatus"];

export const OPEN_STATES = ["REPORTED", "VERIFYING", "CONFIRMED", "RESPONDING", "CONTROLLED"].map((state) => `INCIDENT_STATE_${state}`);

/** The number of rows, or that there are at least so many. */
export function howMany(rows: unknown[] | undefined): number | string | undefined {
  return rows && rows.length >= MOST_ROWS ? `${MOST_ROWS}+` : rows?.length;
}

/** Open incidents, most severe first. */
export function useOpenIncidents() {
  return useLive("open", () => list<Incident>("/incidents", { states: OPEN_STATES, orderBy: "grade" }), ["incidents"]);
}

/** Obligations nobody has met yet, soonest due first. */
export function useOpenObligations() {
  return useLive("obligations", () => list<Obligation>("/obligations", { state: "OBLIGATION_STATE_OPEN" }), ["incidents", "obligations", "reports"]);
}

/** A register that only some callers may read. */
export function useRegister(collection: string, permission: string, query = {}) {
  const can = useCan();
  return useLive(can(permission) ? collection : undefined, () => list<Resource>(`/${collection}`, query), [collection]);
}
