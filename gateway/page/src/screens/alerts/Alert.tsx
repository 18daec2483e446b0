/** One alert: its area, who signed what, its chain, deliveries and coverage of every village. */

import { Card, Descriptions, Progress, Table, Timeline } from "antd";
import { useMemo } from "react";
import { get, list, type Resource, type Schemas } from "../../api/client";
import { MapView } from "../../map/MapView";
import { eventName } from "../../map/reference";
import { Commands } from "../../parts/Commands";
import { Named } from "../../parts/Named";
import { Loaded } from "../../parts/problem";
import { AlertLevelTag, Rehearsal, StateTag } from "../../parts/tags";
import { timeText } from "../../parts/time";
import { Value } from "../../parts/Detail";
import { go } from "../../route";
import { useMe } from "../../session";
import { useLive } from "../../stream/live";
import { aside, enumName, fieldName, series, t, verbName } from "../../texts";
import { alertLayer } from "../situation/live_layers";
import { contentOf, headline } from "./content";

const WATCHED = ["alerts", "alertChains", "deliveries"];
const PERCENT = 100;

function Coverage({ name }: { name: string }) {
  const live = useLive(`${name}/coverage`, () => get<Schemas["alerts.v1.Coverage"]>(`/${name}/coverage`), WATCHED);
  return (
    <Loaded live={live}>
      {(coverage) => (
        <>
          <Progress percent={Number((Number(coverage.ratio || 0) * PERCENT).toFixed(1))} status={!coverage.target ? "normal" : coverage.belowTarget ? "exception" : "success"} />
          <div style={{ marginBottom: 8 }}>{t("coverage.of", { reached: coverage.reached ?? 0, target: coverage.target ?? 0, wanted: `${(Number(coverage.wanted || 0) * PERCENT).toFixed(0)} %` })}</div>
          <Table
            size="small" rowKey="village" dataSource={coverage.villages ?? []} pagination={{ pageSize: 8, hideOnSinglePage: true }}
            columns={[
              { title: fieldName("village"), render: (_, row) => row.title || row.village },
              { title: fieldName("population"), dataIndex: "population" },
              { title: fieldName("covered"), render: (_, row) => (row.reported ? `${row.reached}${aside(`${(((row.reached ?? 0) / (row.population || 1)) * PERCENT).toFixed(0)} %`)}` : t("unknown")) },
              { title: t("coverage.best"), render: (_, row) => `${enumName(row.bestChannel)} ${row.bestReached ?? ""}` },
              { title: t("coverage.retry"), render: (_, row) => series(row.retryChannels?.map(enumName) ?? []) || "—" },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}

function Deliveries({ name }: { name: string }) {
  const live = useLive(`${name}/deliveries`, () => list<Resource>("/deliveries", { alert: name }), WATCHED);
  return (
    <Loaded live={live} empty={t("deliveries.none")}>
      {(rows) => (
        <Table
          size="small" rowKey="name" dataSource={rows} pagination={{ pageSize: 10, hideOnSinglePage: true }}
          columns={[
            { title: fieldName("channel"), render: (_, row) => enumName(row.channel) },
            { title: t("delivery.target"), render: (_, row) => (row.target ? <Named name={String(row.target)} /> : "—") },
            { title: fieldName("state"), render: (_, row) => <StateTag state={row.state} /> },
            { title: fieldName("attempts"), render: (_, row) => String(row.attempts ?? 0) },
            { title: fieldName("covered"), render: (_, row) => (row.reached === undefined ? t("unknown") : String(row.reached)) },
            { title: t("actions"), render: (_, row) => <Commands resource={row} side={1} size="small" onDone={live.reload} /> },
          ]}
        />
      )}
    </Loaded>
  );
}

function Chain({ name }: { name: string }) {
  const live = useLive(`${name}/chain`, () => get<Schemas["alerts.v1.AlertChain"]>(`/${name}:chain`), WATCHED);
  return (
    <Loaded live={live}>
      {(chain) => (
        <Timeline
          items={(chain.alerts ?? []).map((each) => ({
            content: <><Rehearsal row={each} /> <a onClick={() => go(`/${each.name}`)}>{enumName(each.kind)} {headline(each as Resource)}</a> <AlertLevelTag level={each.content?.level} /> <StateTag state={each.state} /> {timeText(each.publishTime)}</>,
          }))}
        />
      )}
    </Loaded>
  );
}

function Content({ alert }: { alert: Resource }) {
  const content = contentOf(alert);
  const signatures = (alert.signatures ?? []) as { act?: string; signer?: string; org?: string; signTime?: string; remark?: string }[];
  return (
    <>
      {content.infos?.map((info) => <div key={info.language} style={{ marginBottom: 10 }}><strong>{info.headline}</strong><div style={{ whiteSpace: "pre-wrap" }}>{info.description}</div><div style={{ color: "#ffd666" }}>{info.instruction}</div></div>)}
      <Descriptions
        size="small" column={2} bordered
        items={[
          { key: "event", label: fieldName("eventCode"), children: eventName(content.eventCode) },
          { key: "effective", label: fieldName("effectiveTime"), children: timeText(content.effectiveTime) },
          { key: "expire", label: fieldName("expireTime"), children: timeText(content.expireTime) },
          { key: "population", label: fieldName("targetPopulation"), children: String(alert.targetPopulation || "—") },
          { key: "villages", label: fieldName("villages"), span: 2, children: <Value name="regions" value={((alert.villages ?? []) as string[]).slice(0, 20)} /> },
          { key: "identifier", label: fieldName("identifier"), span: 2, children: String(alert.identifier || "—") },
        ]}
      />
      <Timeline style={{ marginTop: 14 }} items={signatures.map((each) => ({ content: `${verbName(each.act ?? "")} ${each.signer} ${each.org} ${timeText(each.signTime)} ${each.remark ?? ""}` }))} />
    </>
  );
}

function Area({ alert }: { alert: Resource }) {
  const me = useMe();
  const data = useMemo(() => ({ alerts: alertLayer([alert]) }), [alert]);
  const shapes = data.alerts.features.map((each) => each.geometry).filter((each) => each.type === "Polygon");
  const around = shapes.flatMap((each) => each.coordinates[0] ?? []).map(([lon = 0, lat = 0]) => ({ lon, lat }));
  return <div style={{ height: 320 }}><MapView district={me.district} data={data} around={around} /></div>;
}

export function Alert({ name }: { name: string }) {
  const live = useLive(name, () => get<Resource>(`/${name}`), WATCHED);
  return (
    <div className="page">
      <Loaded live={live}>
        {(alert) => (
          <>
            <div className="page-head">
              <h2>{headline(alert)} <AlertLevelTag level={contentOf(alert).level} /> <StateTag state={alert.state} /> <Rehearsal row={alert} /></h2>
              <Commands resource={alert} side={3} initial={{ update: { content: alert.content }, revise: { content: alert.content }, cancel: { content: alert.content } }} onDone={live.reload} />
            </div>
            <div className="incident-grid">
              <div style={{ display: "grid", gap: 14 }}>
                <Card size="small"><Content alert={alert} /></Card>
                <Card size="small" title={t("coverage")}><Coverage name={name} /></Card>
              </div>
              <div style={{ display: "grid", gap: 14 }}>
                <Card size="small" styles={{ body: { padding: 0 } }}><Area alert={alert} /></Card>
                <Card size="small" title={t("chain")}><Chain name={name} /></Card>
                <Card size="small" title={t("deliveries")}><Deliveries name={name} /></Card>
              </div>
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}
