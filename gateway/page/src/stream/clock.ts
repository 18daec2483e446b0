/** The domain's clock, as the gateway tells it: it may run faster or stand elsewhere in an exercise. */

import { useEffect, useState, useSyncExternalStore } from "react";
import { get } from "../api/client";

interface Clock {
  time: string;
  rate: number;
  real: boolean;
  allowed: boolean;
}

const AGAIN_MS = 30_000;
let anchor = { domain: Date.now(), at: performance.now(), rate: 1, real: true };
const views = new Set<() => void>();

/** Read the clock anew. */
export async function readClock(): Promise<void> {
  const clock = await get<Clock>("/clock");
  anchor = { domain: Date.parse(clock.time), at: performance.now(), rate: clock.rate, real: clock.real };
  views.forEach((view) => view());
}

/** The domain's time now, in milliseconds since 1970. */
export function now(): number {
  return anchor.domain + (performance.now() - anchor.at) * anchor.rate;
}

/** Follow the clock while the page is open. */
export function useClockSource(): void {
  useEffect(() => {
    const read = () => void readClock().catch(() => undefined); // the connection's state is shown by the stream; the clock runs on meanwhile
    read();
    const timer = setInterval(read, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
}

/** The domain's time as React state, once a second. */
export function useNow(): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return time;
}

/** True when the domain's clock is the real one. */
export function useRealClock(): boolean {
  return useSyncExternalStore(
    (view) => {
      views.add(view);
      return () => views.delete(view);
    },
    () => anchor.real,
  );
}
