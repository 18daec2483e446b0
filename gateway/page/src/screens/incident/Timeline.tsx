/** Every step of the incident, newest first: what, who, when. */

import { Button, Empty } from "antd";
import { useEffect, useState } from "react";
import { listed, type Schemas } from "../../api/client";
import { Loaded } from "../../parts/problem";
import { timeText } from "../../parts/time";
import { useLive } from "../../stream/live";
import { factName, t } from "../../texts";
import { About } from "../situation/Facts";

const STEP = 200;

type Entry = Schemas["dispatch.v1.TimelineEntry"];

export function Timeline({ incident }: { incident: string }) {
  const [most, setMost] = useState(STEP);
  const live = useLive(`${incident}/timeline`, () => listed<Entry>(`/${incident}/timeline`, { newestFirst: true, pageSize: 100 }, most), ["*"]);
  useEffect(() => {
    if (most > STEP) live.reload();
  }, [most]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <Loaded live={live}>
      {({ rows: entries, more }) => (entries.length === 0 ? <Empty description={t("timeline.none")} /> : (
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
          {more && <Button size="small" block onClick={() => setMost(entries.length + STEP)}>{t("timeline.older")}</Button>}
        </div>
      ))}
    </Loaded>
  );
}
