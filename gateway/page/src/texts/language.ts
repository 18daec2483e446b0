/** The language of the page: Chinese unless the user chose English; remembered on this machine. */

import { useSyncExternalStore } from "react";

export type Language = "zh" | "en";
const KEY = "fenghuo.language";
const listeners = new Set<() => void>();

function stored(): Language {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

let chosen: Language = stored();
document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";

/** The language now. */
export function language(): Language {
  return chosen;
}

/** Change it everywhere. */
export function setLanguage(next: Language): void {
  chosen = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // storage may be forbidden; the choice then holds until the page is left
  }
  listeners.forEach((listener) => listener());
}

/** The language, as React state. */
export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => chosen,
  );
}
