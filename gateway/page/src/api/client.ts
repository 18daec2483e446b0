/** Calls to our own gateway: typed reads, commands with their idempotency key, refusals as `Problem`. */

import type { components } from "../../generated/schema";
import { language } from "../texts/language";

export type Schemas = components["schemas"];
export type Problem = Omit<Schemas["Problem"], "details" | "violations"> & {
  details?: Record<string, string>;
  violations?: { field: string; rule: string }[];
};

/** What every resource has. */
export interface Resource {
  name?: string;
  etag?: string;
  state?: string;
  [field: string]: unknown;
}

const BASE = "/api/v1";
const TIMEOUT_MS = 20_000;

/** The gateway refused, or could not be reached (code NETWORK). */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

let signedOut: () => void = () => undefined;

/** Told when the session has ended. */
export function onSignedOut(told: () => void): void {
  signedOut = told;
}

function unreachable(): Problem {
  const problem = { type: "", title: "NETWORK", status: 0, code: "NETWORK", detail: "", message_zh: "", message_en: "", trace_id: "" };
  return problem;
}

async function send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: { Accept: "application/json", "Accept-Language": language(), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Refusal(unreachable());
  }
  if (response.ok) return (await response.json()) as T;
  let problem: Problem;
  try {
    problem = (await response.json()) as Problem;
  } catch {
    problem = { ...unreachable(), status: response.status };
  }
  if (response.status === 401 && !path.startsWith("/auth/")) signedOut();
  throw new Refusal(problem);
}

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

function queryOf(query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === "" || value === false) continue;
    for (const each of Array.isArray(value) ? value : [value]) parts.append(key, String(each));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}

/** Read one thing. */
export function get<T>(path: string, query: Query = {}): Promise<T> {
  return send<T>("GET", path + queryOf(query));
}

/** So many rows of a list are read at most; a screen that has them all says that there may be more. */
export const MOST_ROWS = 1000;
const PAGE_ROWS = 200;

/** A part of a list, and whether there is more of it. */
export interface Listed<T> {
  rows: T[];
  more: boolean;
}

/** Read a list, all of its pages up to `most` entries. The answer's only array is the list. */
export async function list<T>(path: string, query: Query = {}, most = MOST_ROWS): Promise<T[]> {
  return (await listed<T>(path, query, most)).rows;
}

/** The same, telling whether anything was left out. */
export async function listed<T>(path: string, query: Query = {}, most = MOST_ROWS): Promise<Listed<T>> {
  const found: T[] = [];
  let pageToken = "";
  do {
    const page = await get<Record<string, unknown>>(path, { pageSize: PAGE_ROWS, ...query, pageToken });
    const rows = Object.values(page).find(Array.isArray) as T[] | undefined;
    found.push(...(rows ?? []));
    pageToken = typeof page.nextPageToken === "string" ? page.nextPageToken : "";
  } while (pageToken && found.length < most);
  return { rows: found, more: pageToken !== "" };
}

/** A fresh idempotency key: make one when a form opens, so that a second press of its button is the same command. */
export function newKey(): string {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Give a command. With an etag the command is refused when somebody changed the thing meanwhile. */
export function command<T>(method: string, path: string, body: unknown, key: string, etag?: string): Promise<T> {
  return send<T>(method, path, body, { "Idempotency-Key": key, ...(etag ? { "If-Match": etag } : {}) });
}

/** The gateway's own routes outside the contract. */
export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return send<T>("POST", path, body);
}
