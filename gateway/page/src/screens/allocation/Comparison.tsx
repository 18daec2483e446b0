/** What a proposal changes: worst arrival at each incident before and after as bars, the free units of each area as a table. */

import { Table } from "antd";
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { get, type Resource, type Schemas } from "../../api/client";
import { titleOf } from "../../parts/inputs";
import { Loaded } from "../../parts/problem";
import { useLive } from "../../stream/live";
import { t } from "../../texts";

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

type Compared = Schemas["dispatch.v1.CompareAllocationsResponse"];

const MINUTE = 60;
const ROW_PX = 34;
const FRAME_PX = 70;
const MOST = 20;

function minutes(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round((seconds / MINUTE) * 10) / 10;
}

function Bars({ compared }: { compared: Compared }) {
  const place = useRef<HTMLDivElement>(null);
  const rows = compared.incidents ?? [];
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
  }, [rows]);
  return <div ref={place} style={{ height: rows.length * ROW_PX + FRAME_PX }} data-testid="comparison-chart" />;
}

/** The comparison, with incidents called by their own titles; who may not read one sees that of its task. */
async function read(name: string): Promise<Compared> {
  const compared = await get<Compared>(`/${name}:compare`);
  const incidents = (compared.incidents ?? []).slice(0, MOST);
  const titles = await Promise.all(incidents.map((each) => (each.incident ? get<Resource>(`/${each.incident}`).then(titleOf, () => each.title) : each.title)));
  return { ...compared, incidents: incidents.map((each, at) => ({ ...each, title: titles[at] })) };
}

export function Comparison({ name }: { name: string }) {
  const live = useLive(`${name}:compare`, () => read(name), ["allocationProposals"]);
  return (
    <Loaded live={live}>
      {(compared) => (
        <div className="split" data-testid="comparison">
          <section>
            <h4>{t("allocation.arrivals")}</h4>
            <p>{t("allocation.total", { before: `${compared.before?.covered ?? 0}/${compared.before?.wanted ?? 0}`, after: `${compared.after?.covered ?? 0}/${compared.after?.wanted ?? 0}` })}</p>
            {(compared.incidents?.length ?? 0) > 0 && <Bars compared={compared} />}
          </section>
          <section>
            <h4>{t("allocation.areas")}</h4>
            <Table
              size="small" rowKey="regionCode" dataSource={compared.areas ?? []} pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
              columns={[
                { title: t("allocation.area"), dataIndex: "displayName" },
                { title: t("allocation.freeBefore"), dataIndex: "freeBefore" },
                { title: t("allocation.freeAfter"), render: (_, row) => <span style={{ color: (row.freeAfter ?? 0) < (row.reserve ?? 0) ? "#ff7a45" : undefined }}>{row.freeAfter ?? 0}</span> },
                { title: t("allocation.keep"), dataIndex: "reserve" },
              ]}
            />
          </section>
        </div>
      )}
    </Loaded>
  );
}
