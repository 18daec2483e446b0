/** What must be reported to whom until when, by both clocks: the one that can be acted on and the strict one of the norm. */

import { Table, Tag, Tooltip } from "antd";
import { list, type Resource } from "../../api/client";
import { Commands } from "../../parts/Commands";
import { Loaded } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { Countdown, timeText } from "../../parts/time";
import { useLive } from "../../stream/live";
import { aside, enumName, fieldName, t } from "../../texts";
import type { Obligation } from "../situation/data";
import { KindOf } from "./Incidents";

function Due({ row, time, missed }: { row: Obligation; time?: string; missed?: boolean }) {
  if (!time) return <>—</>;
  if (row.state !== "OBLIGATION_STATE_OPEN") return <Tooltip title={`${t("met")} ${timeText(row.meetTime)}`}>{timeText(time, true)} {missed && <Tag color="volcano">{t("missed")}</Tag>}</Tooltip>;
  return <Countdown due={time} />;
}

export function Obligations({ incident }: { incident: string }) {
  const live = useLive(`${incident}/obligations`, () => list<Obligation>("/obligations", { incident }), ["incidents", "obligations", "reports"]);
  return (
    <Loaded live={live} empty={t("obligations.noneHere")}>
      {(rows) => (
        <Table
          size="small" rowKey="name" dataSource={rows} pagination={{ pageSize: 8, hideOnSinglePage: true }} data-testid="obligations"
          columns={[
            { title: fieldName("state"), width: 100, render: (_, row) => <StateTag state={row.state} /> },
            { title: t("obligation.what"), render: (_, row) => <>{enumName(row.sender)} → {enumName(row.recipient)} <KindOf row={row as Resource} />{aside(enumName(row.channel))}<span style={{ opacity: 0.6 }}>{row.basis}</span></> },
            { title: t("obligation.due"), width: 150, render: (_, row) => <Due row={row} time={row.dueTime} missed={row.state === "OBLIGATION_STATE_MET_LATE"} /> },
            { title: t("obligation.strict"), width: 150, render: (_, row) => <Due row={row} time={row.strictDueTime} missed={row.strictMissed} /> },
            { title: "", width: 90, render: (_, row) => <Commands resource={row as Resource} side={0} size="small" onDone={live.reload} /> },
          ]}
        />
      )}
    </Loaded>
  );
}
