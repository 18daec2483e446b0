/** The parts of an alert's content that the screens read. */

import type { Resource } from "../../api/client";
import { language } from "../../texts/language";

export interface Content {
  eventCode?: string;
  level?: number;
  areas?: { description?: string; polygons?: { points?: { lon?: number; lat?: number }[] }[]; circles?: { centre?: { lon?: number; lat?: number }; radiusKm?: number }[]; regionCodes?: string[] }[];
  infos?: { language?: string; event?: string; headline?: string; description?: string; instruction?: string }[];
  effectiveTime?: string;
  onsetTime?: string;
  expireTime?: string;
  channels?: string[];
}

/** The content of an alert. */
export function contentOf(alert: Resource): Content {
  return (alert.content ?? {}) as Content;
}

/** Its headline in the user's language. */
export function headline(alert: Resource): string {
  const infos = contentOf(alert).infos ?? [];
  const own = infos.find((each) => each.language?.startsWith(language()));
  return own?.headline || infos[0]?.headline || String(alert.identifier || alert.name);
}
