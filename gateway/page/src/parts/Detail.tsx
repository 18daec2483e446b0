/** A resource's fields in words: everything that is set, by the contract's names. */

import { Descriptions, Tag } from "antd";
import { capabilityName, enumName, fieldName, isEnum, t } from "../texts";
import { Named } from "./Named";
import { eventName, regionName } from "../map/reference";
import { timeText } from "./time";

const HIDDEN = new Set(["name", "etag", "state"]);
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const NAME = /^[a-z][a-zA-Z]+s\/[a-z0-9][a-z0-9._-]*$/;
const CAPABILITIES = new Set(["code", "capability", "matched", "specialty", "specialties", "qualifications"]);

/** One value in words. */
export function Value({ name, value }: { name: string; value: unknown }) {
  if (value === true || value === false) return <>{t(value ? "yes" : "no")}</>;
  if (Array.isArray(value)) return <>{value.map((each, index) => <div key={index}><Value name={name} value={each} /></div>)}</>;
  if (typeof value === "object" && value) return <Inner value={value as Record<string, unknown>} />;
  const text = String(value);
  if (isEnum(value)) return <>{enumName(value)}</>;
  if (name === "eventCode") return <>{eventName(text)}</>;
  if (name === "regionCode" || name === "regions") return <>{regionName(text)}</>;
  if (RFC3339.test(text)) return <>{timeText(text)}</>;
  if (NAME.test(text)) return <Named name={text} />;
  if (CAPABILITIES.has(name)) return <>{capabilityName(text)}</>;
  return <>{text || "—"}</>;
}

function Inner({ value }: { value: Record<string, unknown> }) {
  if (typeof value.lon === "number" && typeof value.lat === "number") return <>{`${value.lon.toFixed(5)}, ${value.lat.toFixed(5)}`}</>;
  const parts = Object.entries(value).filter(([name, each]) => name !== "etag" && filled(each));
  return <>{parts.map(([name, each]) => <div key={name}><Tag>{fieldName(name)}</Tag><Value name={name} value={each} /></div>)}</>;
}

function filled(value: unknown): boolean {
  if (value === "" || value === null || value === undefined || value === false) return false;
  if (typeof value === "string") return !value.endsWith("_UNSPECIFIED");
  return !Array.isArray(value) || value.length > 0;
}

/** All that is known of it. */
export function Detail({ resource, columns = 2, omit = [] }: { resource: object; columns?: number; omit?: string[] }) {
  const shown = Object.entries(resource).filter(([name, value]) => !HIDDEN.has(name) && !omit.includes(name) && filled(value));
  return <Descriptions size="small" bordered column={columns} items={shown.map(([name, value]) => ({ key: name, label: fieldName(name), children: <Value name={name} value={value} /> }))} />;
}
