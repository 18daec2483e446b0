/** 信息报告: draft, submit, sign by somebody else, send; what each recipient has of it. */

import { Table, Tag } from "antd";
import { list, type Resource, type Schemas } from "../../api/client";
import { Commands, Create } from "../../parts/Commands";
import { Detail } from "../../parts/Detail";
import { Loaded } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { timeText } from "../../parts/time";
import { eventName, regionName } from "../../map/reference";
import { useLive } from "../../stream/live";
import { enumName, fieldName, t } from "../../texts";
import type { Incident } from "../situation/data";

type Report = Schemas["dispatch.v1.Report"];

/** What is known already, so that nobody types it twice. What is not known says so. */
function prefilled(incident: Incident): Record<string, string> {
  const { facts } = incident;
  const unclear = t("report.unclear");
  const figures = (["dead", "missing", "injuredSerious", "injuredLight"] as const).map((name) => `${fieldName(name)}：${facts?.[name] ?? unclear}`);
  return {
    time: incident.occurTime ? timeText(incident.occurTime) : unclear,
    place: incident.address || regionName(incident.regionCode),
    source: enumName(incident.source),
    nature: incident.nature || `${eventName(incident.eventCode)} ${incident.title}`,
    scope: unclear,
    casualtiesAndLoss: `${figures.join("，")}；${t("report.loss")}${facts?.lossFen ?? unclear}`,
    trend: unclear,
  };
}

export function Reports({ incident }: { incident: Incident }) {
  const name = incident.name ?? "";
  const live = useLive(`${name}/reports`, () => list<Report>("/reports", { incident: name }), ["reports"]);
  const sent = live.data?.some((each) => each.sendTime);
  const start = { kind: sent ? "REPORT_KIND_FOLLOWUP" : "REPORT_KIND_INITIAL", elements: prefilled(incident) };
  return (
    <>
      <div style={{ marginBottom: 8 }}><Create path="/reports" label={t("report.draft")} preset={{ incident: name }} initial={start} type="primary" onDone={live.reload} /></div>
      <Loaded live={live} empty={t("reports.none")}>
        {(rows) => (
          <Table
            size="small" rowKey="name" dataSource={rows} pagination={false} data-testid="reports"
            expandable={{ expandedRowRender: (row) => <Detail resource={row} columns={1} omit={["facts", "incident"]} /> }}
            columns={[
              { title: fieldName("kind"), render: (_, row) => <>{enumName(row.kind)} {row.seq} {row.urgent && <Tag color="volcano">{t("urgent")}</Tag>}</> },
              { title: fieldName("state"), render: (_, row) => <StateTag state={row.state} /> },
              { title: t("report.elements"), render: (_, row) => <span style={{ color: row.elementsMissing?.length ? "#d4b106" : undefined }}>{row.elementsFilled}/{row.elementsRequired}</span> },
              { title: t("report.sent"), render: (_, row) => timeText(row.sendTime, true) },
              { title: t("actions"), render: (_, row) => <Commands resource={row as Resource} side={2} size="small" onDone={live.reload} /> },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}
