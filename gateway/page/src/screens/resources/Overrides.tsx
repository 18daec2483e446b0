/** How often those who send units went against the advice: by dispatcher and by incident, over a period. What happens in exercises is not counted. */

import { Button, Modal, Segmented, Select, Space, Table } from "antd";
import { useState } from "react";
import { get, list, type Resource, type Schemas } from "../../api/client";
import { titleOf } from "../../parts/inputs";
import { Loaded } from "../../parts/problem";
import { now } from "../../stream/clock";
import { useLive } from "../../stream/live";
import { personName, t } from "../../texts";

type Statistics = Schemas["dispatch.v1.OverrideStatistics"];

const PATH = "/dispatch:overrideStatistics";
const DAY_MS = 86_400_000;
const DAYS = [1, 7, 30];
const HUNDRED = 100;
const MOST_INCIDENTS = 50;
const AT_ONCE = 5;

/** One line of the table. */
interface Row {
  key: string;
  who: string;
  offers: number;
  advised: number;
  notRecommended: number;
  setAside?: number;
}

function rowOf(key: string, who: string, figures: { offers?: number; advised?: number; notRecommended?: number; setAside?: number }): Row {
  return { key, who, offers: figures.offers ?? 0, advised: figures.advised ?? 0, notRecommended: figures.notRecommended ?? 0, setAside: figures.setAside };
}

/** Those incidents of the newest to which units were sent. */
async function byIncident(start: string | undefined): Promise<Row[]> {
  const incidents = (await list<Resource>("/incidents", { pageSize: MOST_INCIDENTS }, MOST_INCIDENTS)).slice(0, MOST_INCIDENTS).filter((each) => !each.exerciseId);
  const rows: Row[] = [];
  for (let from = 0; from < incidents.length; from += AT_ONCE) {
    const some = incidents.slice(from, from + AT_ONCE);
    rows.push(...(await Promise.all(some.map(async (each) => rowOf(each.name ?? "", titleOf(each), await get<Statistics>(PATH, { incident: each.name, startTime: start }))))));
  }
  return rows.filter((each) => each.offers > 0);
}

async function byDispatcher(start: string | undefined): Promise<Row[]> {
  const found = await get<Statistics>(PATH, { startTime: start });
  if (!found.offers) return [];
  return [...(found.dispatchers ?? []).map((each) => rowOf(each.dispatcher ?? "", personName(each.dispatcher), each)), rowOf("all", t("override.all"), found)];
}

function share({ advised, notRecommended }: Row): string {
  return advised ? `${((notRecommended / advised) * HUNDRED).toFixed(0)} %` : "—";
}

function Figures({ rows, heading }: { rows: Row[]; heading: string }) {
  const set = rows.some((each) => each.setAside !== undefined);
  return (
    <Table
      size="small" dataSource={rows} pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }} data-testid="override-table"
      columns={[
        { title: heading, dataIndex: "who" },
        { title: t("override.offers"), dataIndex: "offers", width: 90 },
        { title: t("override.advised"), dataIndex: "advised", width: 110 },
        { title: t("override.not"), dataIndex: "notRecommended", width: 110 },
        ...(set ? [{ title: t("override.aside"), dataIndex: "setAside", width: 140, render: (count?: number) => count ?? 0 }] : []),
        { title: t("override.share"), width: 140, render: (_: unknown, row: Row) => share(row) },
      ]}
    />
  );
}

function Report({ close }: { close: () => void }) {
  const [days, setDays] = useState(0);
  const [by, setBy] = useState("who");
  const load = () => (by === "who" ? byDispatcher : byIncident)(days ? new Date(now() - days * DAY_MS).toISOString() : undefined);
  const live = useLive(`overrides ${by} ${days}`, load, ["assignments"]);
  return (
    <Modal open width={820} title={t("override.title")} onCancel={close} footer={<Button onClick={close}>{t("close")}</Button>} centered>
      <Space wrap style={{ marginBottom: 8 }}>
        <Segmented value={by} onChange={setBy} options={[{ value: "who", label: t("override.byWho") }, { value: "incident", label: t("override.byIncident") }]} data-testid="override-by" />
        <span>{t("override.period")} <Select size="small" value={days} onChange={setDays} style={{ width: 160 }} options={[{ value: 0, label: t("override.allTime") }, ...DAYS.map((count) => ({ value: count, label: t("override.days", { count }) }))]} data-testid="override-period" /></span>
      </Space>
      <Loaded live={live} empty={t("override.none")}>{(rows) => <Figures rows={rows} heading={t(by === "who" ? "override.who" : "override.incident")} />}</Loaded>
      <small style={{ opacity: 0.75 }}>{t("override.only")}{by === "incident" && ` ${t("override.newest", { count: MOST_INCIDENTS })}`}</small>
    </Modal>
  );
}

/** The sum in one line, and the table behind it. */
export function Overrides() {
  const [open, setOpen] = useState(false);
  const found = useLive("overrides", () => get<Statistics>(PATH), ["assignments"]);
  if (!found.data?.offers) return null;
  const { offers = 0, advised = 0, notRecommended = 0, withoutCapability = 0 } = found.data;
  return (
    <div style={{ marginBottom: 12 }}>
      <span style={{ opacity: 0.85 }} data-testid="overrides">{t("unit.overrides", { offers, advised, notRecommended, withoutCapability })}</span> <Button size="small" onClick={() => setOpen(true)} data-testid="override-report">{t("override.show")}</Button>
      {open && <Report close={() => setOpen(false)} />}
    </div>
  );
}
