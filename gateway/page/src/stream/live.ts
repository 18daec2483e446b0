/** Data that follows the live stream: read once, and again, debounced, whenever a fact concerns it. */

import { useCallback, useEffect, useRef, useState } from "react";
import { Refusal, type Problem } from "../api/client";
import { watch } from "./stream";

export interface Live<T> {
  data: T | undefined;
  problem: Problem | undefined;
  loading: boolean;
  reload: () => void;
}

const QUIET_MS = 350;
const AT_MOST_MS = 1500;

/** `watched`: collections ("incidents", "reports" …) whose facts make the data stale. `load` is keyed by `key`; undefined key reads nothing. */
export function useLive<T>(key: string | undefined, load: () => Promise<T>, watched: readonly string[]): Live<T> {
  const [held, setHeld] = useState<{ key?: string; data?: T; problem?: Problem }>({});
  const loader = useRef(load);
  loader.current = load;
  const turn = useRef(0);
  const read = useCallback(async () => {
    if (key === undefined) return;
    const mine = ++turn.current;
    try {
      const data = await loader.current();
      if (mine === turn.current) setHeld({ key, data });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const problem = error.problem;
      if (mine === turn.current) setHeld((before) => ({ key, data: before.key === key ? before.data : undefined, problem }));
    }
  }, [key]);
  useEffect(() => void read(), [read]);
  const names = watched.join();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let since = 0;
    const collections = names.split(",");
    const stop = watch((fact) => {
      if (fact && !collections.includes(fact.header.aggregate.split("/")[0] ?? "") && !collections.includes("*")) return;
      since ||= Date.now();
      clearTimeout(timer);
      timer = setTimeout(() => {
        since = 0;
        void read();
      }, Date.now() - since > AT_MOST_MS ? 0 : QUIET_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [names, read]);
  const current = held.key === key;
  return { data: current ? held.data : undefined, problem: current ? held.problem : undefined, loading: key !== undefined && !current, reload: () => void read() };
}
