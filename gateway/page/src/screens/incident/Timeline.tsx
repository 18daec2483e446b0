/** Every step of the incident, newest first: what, who, when. */

import { Empty } from "antd";
import { list, type Schemas } from "../../api/client";
import { Loaded } from "../../parts/problem";
import { timeText } from "../../parts/time";
import { useLive } from "../../stream/live";
import { factName, t } from "../../texts";
import { About } from "../situation/Facts";

type Entry = Schemas["dispatch.v1.TimelineEntry"];

export function Timeline({ incident }: { incident: string }) {
  const live = useLive(`${incident}/timeline`, () => list<Entry>(`/${incident}/timeline`, { newestFirst: true, pageSize: 100 }, 200), ["*"]);
  return (
    <Loaded live={live} empty={<Empty description={t("timeline.none")} />}>
      {(entries) => (
        <div style={{ maxHeight: 620, overflow: "auto" }} data-testid="timeline">
          {entries.map((entry) => (
            <div key={entry.eventId} className="fact" style={{ gridTemplateColumns: "104px 1fr" }}>
              <time>{timeText(entry.occurTime, true)}</time>
              <div style={{ minWidth: 0 }}>
                {factName(entry.type ?? "")}
                <div className="about"><About fact={{ id: "", type: "", header: {} as never, payload: (entry.detail ?? {}) as Record<string, unknown> }} /> {entry.actor?.org}</div>
              </div>
            </div>
          ))}
        </div>
      )}
    </Loaded>
  );
}
