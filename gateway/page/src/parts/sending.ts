/** A button that gives a command: whether it is under way, how it was refused, and under which idempotency key it goes. */

import { useState } from "react";
import { newKey, Refusal, type Problem } from "../api/client";

export interface Sending {
  busy: boolean;
  problem: Problem | undefined;
  send: (work: (key: string) => Promise<void>) => Promise<void>;
}

/** A command that was answered or refused is finished, the next press is another one; after an unclear end the same key asks for the same answer. */
export function useSending(refused?: (problem: Problem) => void): Sending {
  const [key, setKey] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const send = async (work: (key: string) => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work(key);
      setKey(newKey());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setProblem(error.problem);
      refused?.(error.problem);
      if (error.problem.status !== 0 && error.problem.status < 500) setKey(newKey());
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, send };
}
