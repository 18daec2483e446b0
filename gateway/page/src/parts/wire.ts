/** Values of a form as the contract wants them, and back. */

import { isDayjs } from "dayjs";
import type { Field } from "../api/contract";
import { wall, wire } from "./time";

const HOUR_S = 3600;

function one(field: Field, value: unknown): unknown {
  if (value === undefined || value === null || value === "") return undefined;
  if (isDayjs(value)) return wire(value);
  if (field.kind === "duration") return `${Number(value) * HOUR_S}s`;
  if (field.kind === "long") return String(value);
  if (field.kind === "object" && typeof value === "object") return toWire(field.fields ?? [], value as Record<string, unknown>);
  return value;
}

/** What was filled in; empty inputs are left out, because unknown is not zero. */
export function toWire(fields: Field[], values: Record<string, unknown>): Record<string, unknown> | undefined {
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const field = fields.find((each) => each.name === name);
    if (!field) continue;
    const sent = field.many && Array.isArray(value) ? value.map((each) => one(field, each)).filter((each) => each !== undefined) : one(field, value);
    if (sent !== undefined && !(Array.isArray(sent) && sent.length === 0)) made[name] = sent;
  }
  return Object.keys(made).length ? made : undefined;
}

/** A resource's values as a form shows them. */
export function fromWire(fields: Field[], values: Record<string, unknown>): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined || value === null || (typeof value === "string" && value.endsWith("_UNSPECIFIED"))) continue;
    if (field.kind === "time") made[field.name] = wall(String(value));
    else if (field.kind === "long") made[field.name] = Number(value);
    else if (field.kind === "object" && !field.many) made[field.name] = fromWire(field.fields ?? [], value as Record<string, unknown>);
    else made[field.name] = value;
  }
  return made;
}
