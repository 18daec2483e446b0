/** Beside the map of a replay: the units with what they did then, and what happened; a click goes to the moment. */

import { memo } from "react";
import { Empty, Tag } from "antd";
import { StateTag } from "../../parts/tags";
import { timeText } from "../../parts/time";
import { t } from "../../texts";
import { stateAt, whereAt, type Track } from "./tracks";

/** Something that happened. */
export interface Happening {
  at: number;
  text: string;
  who: string;
}

/** The units; one without a track says so. */
export function Units({ tracks, time, seek }: { tracks: Track[]; time: number; seek: (time: number) => void }) {
  if (!tracks.length) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("replay.noUnits")} />;
  return (
    <div data-testid="replay-units">
      {tracks.map((each) => {
        const here = whereAt(each, time);
        const state = stateAt(each, time);
        const first = each.spots[0];
        return (
          <div key={each.unit} className="replay-unit" onClick={() => first && seek(first.at)} style={{ cursor: first ? "pointer" : "default" }}>
            <span className="dot" style={{ background: first ? each.colour : "#434343" }} />
            <span style={{ flex: 1, minWidth: 0 }}>
              {each.title} {state && <StateTag state={`UNIT_STATE_${state.toUpperCase()}`} />}
              <div style={{ fontSize: 12, opacity: 0.7 }}>
                {!first ? t("replay.noTrack") : !here ? t("replay.notYet", { time: timeText(new Date(first.at).toISOString(), true) }) : t(here.old ? "replay.seenOld" : "replay.seen", { time: timeText(new Date(here.at).toISOString(), true) })}
                {each.more && <Tag color="gold" style={{ marginInlineStart: 6 }}>{t("replay.cut", { count: each.spots.length })}</Tag>}
              </div>
            </span>
          </div>
        );
      })}
    </div>
  );
}

/** What happened, oldest first; what is still to come is dim. */
export const Happenings = memo(function Happenings({ entries, past, seek }: { entries: Happening[]; past: number; seek: (time: number) => void }) {
  if (!entries.length) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("timeline.none")} />;
  return (
    <div data-testid="replay-facts">
      {entries.map((each, at) => (
        <div key={at} className="fact" style={{ gridTemplateColumns: "104px 1fr", cursor: "pointer", opacity: at < past ? 1 : 0.4, background: at === past - 1 ? "#16253b" : undefined }} onClick={() => seek(each.at)}>
          <time>{timeText(new Date(each.at).toISOString(), true)}</time>
          <div style={{ minWidth: 0 }}>{each.text}<div className="about">{each.who}</div></div>
        </div>
      ))}
    </div>
  );
});
