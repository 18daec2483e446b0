/** The live stream of facts: one connection for the page, which reconnects by itself and resumes where it stopped. */

import { useSyncExternalStore } from "react";

export interface Fact {
  id: string;
  type: string;
  header: { eventId: string; type: string; occurredAt: string; aggregate: string; incident: string; exerciseId: string; producer: string; regionCode: string; actor?: { id: string; org: string } };
  payload: Record<string, unknown>;
}

export type Connection = "connecting" | "live" | "broken";

const KEPT = 300;
const RETRY_MS = 2000;
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let last = "";
let connection: Connection = "connecting";
let facts: Fact[] = [];
const views = new Set<() => void>();
const watchers = new Set<(fact: Fact | null) => void>();

function show(next: Connection): void {
  connection = next;
  views.forEach((view) => view());
}

function take(message: MessageEvent<string>): void {
  if (message.lastEventId) last = message.lastEventId;
  if (message.type !== "fact") return;
  const fact = { ...(JSON.parse(message.data) as Fact), id: message.lastEventId };
  facts = [fact, ...facts.filter((each) => each.header.eventId !== fact.header.eventId)].slice(0, KEPT);
  views.forEach((view) => view());
  watchers.forEach((watcher) => watcher(fact));
}

function open(): void {
  const resume = last ? `?lastEventId=${encodeURIComponent(last)}` : "";
  const own = new EventSource(`/api/v1/stream${resume}`);
  source = own;
  own.onopen = () => show("live");
  own.onmessage = take;
  own.addEventListener("fact", take as EventListener);
  own.onerror = () => {
    show("broken");
    if (own.readyState !== EventSource.CLOSED || source !== own) return; // the browser tries again by itself
    last = "";
    retry = setTimeout(() => {
      open();
      watchers.forEach((watcher) => watcher(null)); // something may have been missed: read everything again
    }, RETRY_MS);
  };
}

/** Open the stream after log-in. */
export function startStream(): void {
  if (!source) open();
}

/** Close it at log-out. */
export function stopStream(): void {
  clearTimeout(retry);
  source?.close();
  source = undefined;
  last = "";
  facts = [];
  show("connecting");
}

/** Hear of every fact; null means that facts may have been missed. */
export function watch(watcher: (fact: Fact | null) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function subscribe(view: () => void): () => void {
  views.add(view);
  return () => views.delete(view);
}

/** State of the connection. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

/** The last facts, newest first. */
export function useFacts(): Fact[] {
  return useSyncExternalStore(subscribe, () => facts);
}
