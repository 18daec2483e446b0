/** The page's own paths: /situation, /incidents/{id}, /resources/stores … */

import { useSyncExternalStore } from "react";

const views = new Set<() => void>();
window.addEventListener("popstate", () => views.forEach((view) => view()));

/** Go to a path of the page. */
export function go(path: string): void {
  if (path !== location.pathname) history.pushState(null, "", path);
  views.forEach((view) => view());
}

/** The parts of the path now. */
export function useRoute(): string[] {
  const path = useSyncExternalStore(
    (view) => {
      views.add(view);
      return () => views.delete(view);
    },
    () => location.pathname,
  );
  return path.split("/").filter(Boolean);
}

/** Where a resource is shown, by its name; undefined when it has no page. */
export function pageOf(name: string): string | undefined {
  const [collection = "", id = ""] = name.split("/");
  const pages: Record<string, string> = {
    incidents: `/incidents/${id}`, alerts: `/alerts/${id}`, stores: "/resources/stores", transfers: "/resources/transfers", shelters: "/resources/shelters",
    units: "/resources/units", unitStatuses: "/resources/units", plans: "/plans/plans", activations: `/plans/activations/${id}`, shifts: "/duty", allocationProposals: `/incidents/allocations/${id}`, callUps: "/experts/callUps", experts: "/experts/experts",
  };
  return pages[collection];
}
