/** What a proposal changes: worst arrival at each incident before and after as bars, the free units of each area as a table. */

import { Select, Table } from "antd";
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef, useState } from "react";
import { get, list, type Resource, type Schemas } from "../../api/client";
import { titleOf } from "../../parts/inputs";
import { Named } from "../../parts/Named";
import { Loaded } from "../../parts/problem";
import { dayText } from "../../parts/time";
import { useLive } from "../../stream/live";
import { fieldName, t } from "../../texts";

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

type Compared = Schemas["dispatch.v1.CompareAllocationsResponse"];
type Figures = Schemas["dispatch.v1.AllocationFigures"];
type Row = Schemas["dispatch.v1.IncidentComparison"];

const MINUTE = 60;
const ROW_PX = 34;
const FRAME_PX = 70;
const MOST = 20;

function minutes(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round((seconds / MINUTE) * 10) / 10;
}

function Bars({ compared }: { compared: Compared }) {
  const place = useRef<HTMLDivElement>(null);
  const rows = (compared.incidents ?? []).slice(0, MOST);
  useEffect(() => {
    if (!place.current) return undefined;
    const chart = init(place.current, "dark");
    chart.setOption({
      backgroundColor: "transparent", animation: false, tooltip: { trigger: "axis" }, legend: { top: 0 },
      grid: { left: 8, right: 24, top: 30, bottom: 28, containLabel: true },
      xAxis: { type: "value", name: t("allocation.minutes"), nameLocation: "middle", nameGap: 24 },
      yAxis: { type: "category", inverse: true, data: rows.map((each) => each.title || t("allocation.noIncident")), axisLabel: { width: 220, overflow: "truncate" } },
      series: [
        { name: t("allocation.before"), type: "bar", itemStyle: { color: "#5b6b84" }, data: rows.map((each) => minutes(each.before?.worstS) ?? null) },
        { name: t("allocation.after"), type: "bar", itemStyle: { color: "#e8743b" }, data: rows.map((each) => minutes(each.after?.worstS) ?? null) },
      ],
    });
    const resize = () => chart.resize();
    window.addEventListener("resize", resize);
    return () => {
      window.removeEventListener("resize", resize);
      chart.dispose();
    };
  }, [compared]); // eslint-disable-line react-hooks/exhaustive-deps
  return <div ref={place} style={{ height: rows.length * ROW_PX + FRAME_PX }} data-testid="comparison-chart" />;
}

/** The comparison, with the drawn incidents called by their own titles; who may not read one sees that of its task. */
async function read(name: string, against: string): Promise<Compared> {
  const compared = await get<Compared>(`/${name}:compare`, { against });
  const incidents = compared.incidents ?? [];
  const titles = await Promise.all(incidents.slice(0, MOST).map((each) => (each.incident ? get<Resource>(`/${each.incident}`).then(titleOf, () => each.title) : each.title)));
  return { ...compared, incidents: incidents.map((each, at) => ({ ...each, title: titles[at] ?? each.title })) };
}

/** "3/4 → 4/4": one figure before and after, marked where it is better or worse. */
function Change({ before, after, show, better }: { before?: Figures; after?: Figures; show: (figures: Figures) => string; better: (figures: Figures) => number }) {
  const [was, is] = [show(before ?? {}), show(after ?? {})];
  if (was === is) return <span style={{ opacity: 0.6 }}>{is}</span>;
  const gain = better(after ?? {}) - better(before ?? {});
  return <span><span style={{ opacity: 0.6 }}>{was} → </span><span style={{ color: gain > 0 ? "#95de64" : gain < 0 ? "#ff9c6e" : undefined }}>{is}</span></span>;
}

const spell = (seconds: number | undefined) => (seconds === undefined ? "—" : String(minutes(seconds)));
const soon = (seconds: number | undefined) => -(seconds ?? Number.MAX_SAFE_INTEGER);

function Incidents({ rows }: { rows: Row[] }) {
  const figure = (title: string, show: (figures: Figures) => string, better: (figures: Figures) => number) => ({ title, render: (_: unknown, row: Row) => <Change before={row.before} after={row.after} show={show} better={better} /> });
  return (
    <Table
      size="small" rowKey={(row) => row.incident ?? ""} dataSource={rows} pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }} data-testid="comparison-incidents"
      columns={[
        { title: fieldName("incident"), width: "34%", render: (_, row) => (row.incident ? <Named name={row.incident} /> : t("allocation.noIncident")) },
        figure(t("allocation.covered"), (each) => `${each.covered ?? 0}/${each.wanted ?? 0}`, (each) => each.covered ?? 0),
        figure(t("allocation.unit"), (each) => String(each.units ?? 0), () => 0),
        figure(t("allocation.mean"), (each) => spell(each.meanS), (each) => soon(each.meanS)),
        figure(t("allocation.worst"), (each) => spell(each.worstS), (each) => soon(each.worstS)),
      ]}
    />
  );
}

function Areas({ compared }: { compared: Compared }) {
  return (
    <Table
      size="small" rowKey="regionCode" dataSource={compared.areas ?? []} pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        { title: t("allocation.area"), dataIndex: "displayName" },
        { title: t("allocation.freeBefore"), dataIndex: "freeBefore", render: (count?: number) => count ?? 0 },
        { title: t("allocation.freeAfter"), render: (_, row) => <span style={{ color: (row.freeAfter ?? 0) < (row.reserve ?? 0) ? "#ff7a45" : undefined }}>{row.freeAfter ?? 0}</span> },
        { title: t("allocation.stay"), dataIndex: "reserve", render: (count?: number) => count ?? 0 },
      ]}
    />
  );
}

/** What it is held against: things as they were, or another proposal that is there. */
function Against({ name, value, choose }: { name: string; value: string; choose: (name: string) => void }) {
  const live = useLive("allocationProposals", () => list<Resource>("/allocationProposals", { pageSize: 100 }, 100), ["allocationProposals"]);
  const others = live.data?.filter((each) => each.name !== name && ["ALLOCATION_STATE_READY", "ALLOCATION_STATE_COMMITTED"].includes(each.state ?? "")) ?? [];
  const label = (each: Resource) => t("allocation.proposalOf", { time: dayText(Date.parse(String(each.createTime))), covered: Number(each.covered ?? 0), wanted: Number(each.wanted ?? 0) });
  return <Select size="small" value={value} onChange={choose} style={{ minWidth: 300 }} options={[{ value: "", label: t("allocation.asWas") }, ...others.map((each) => ({ value: each.name ?? "", label: label(each) }))]} data-testid="against" />;
}

export function Comparison({ name }: { name: string }) {
  const [against, setAgainst] = useState("");
  const live = useLive(`${name}:compare ${against}`, () => read(name, against), ["allocationProposals"]);
  return (
    <div data-testid="comparison">
      <div className="page-head" style={{ justifyContent: "start", marginBottom: 8 }}><b>{t("allocation.compared")}</b><Against name={name} value={against} choose={setAgainst} /></div>
      <Loaded live={live}>
        {(compared) => (
          <div className="split">
            <section>
              <p style={{ marginTop: 0 }}>{t("allocation.total", { before: `${compared.before?.covered ?? 0}/${compared.before?.wanted ?? 0}`, after: `${compared.after?.covered ?? 0}/${compared.after?.wanted ?? 0}` })}</p>
              <Incidents rows={compared.incidents ?? []} />
              <h4>{t("allocation.arrivals")}{(compared.incidents?.length ?? 0) > MOST && ` · ${t("allocation.drawn", { most: MOST })}`}</h4>
              {(compared.incidents?.length ?? 0) > 0 && <Bars compared={compared} />}
            </section>
            <section>
              <h4 style={{ marginTop: 0 }}>{t("allocation.areas")}</h4>
              <Areas compared={compared} />
            </section>
          </div>
        )}
      </Loaded>
    </div>
  );
}
