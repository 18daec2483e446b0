/** 预警: alerts and their chains, what came from outside, what the gauges say. */

import { Tag } from "antd";
import type { Resource } from "../../api/client";
import { Board, Boards, type Column } from "../../parts/Board";
import { AlertLevelTag, Rehearsal } from "../../parts/tags";
import { Countdown } from "../../parts/time";
import { eventName } from "../../map/reference";
import { go } from "../../route";
import { useCan } from "../../session";
import { Button } from "antd";
import { enumName, t } from "../../texts";
import { Alert } from "./Alert";
import { contentOf, headline } from "./content";
import { Draft } from "./Draft";

const TABS = ["list", "chains", "external", "crossings", "observations", "debts"];
const ALERTS: Column[] = [
  { name: "title", show: (row) => <><Rehearsal row={row} /> {headline(row)}</> },
  { name: "level", width: 90, show: (row) => <AlertLevelTag level={contentOf(row).level} /> },
  { name: "kind", width: 100, show: (row) => <Tag>{enumName(row.kind)}</Tag> },
  { name: "state", width: 110 },
  { name: "eventCode", width: 140, show: (row) => eventName(contentOf(row).eventCode) },
  { name: "publishTime", width: 150 },
  { name: "expireTime", width: 150, show: (row) => <Countdown due={contentOf(row).expireTime} /> },
  { name: "targetPopulation", width: 110 },
];

export function Alerts({ id }: { id?: string }) {
  const can = useCan();
  if (id === "new") return <Draft />;
  if (id && !TABS.includes(id)) return <Alert key={id} name={`alerts/${id}`} />;
  const add = can("alerts.draft") && <Button type="primary" onClick={() => go("/alerts/new")}>{t("alert.new")}</Button>;
  const open = (row: Resource) => go(`/${row.name}`);
  const tabs = [
    { key: "list", label: t("nav.alerts"), children: <Board collection="alerts" columns={ALERTS} watched={["alertChains", "deliveries"]} empty={t("alerts.none")} onOpen={open} extra={add} /> },
    { key: "external", label: t("externalAlerts"), children: <Board collection="externalAlerts" empty={t("external.none")} columns={[{ name: "identifier" }, { name: "sender", width: 200 }, { name: "state", width: 120 }, { name: "headline" }, { name: "receiveTime", width: 150 }]} /> },
    { key: "crossings", label: t("crossings"), children: <Board collection="thresholdCrossings" empty={t("crossings.none")} columns={[{ name: "station" }, { name: "metric", width: 140 }, { name: "value", width: 100 }, { name: "thresholdValue", width: 120 }, { name: "proposedLevel", width: 110, show: (row) => <AlertLevelTag level={Number(row.proposedLevel)} /> }, { name: "observeTime", width: 150 }]} watched={["observations", "stations"]} /> },
    { key: "debts", label: t("alertNotices"), children: <Board collection="alertNotices" empty={t("notices.none")} watched={["alerts"]} columns={[{ name: "alert" }, { name: "recipient" }, { name: "kind", width: 140 }, { name: "state", width: 110 }, { name: "createTime", width: 150 }]} /> },
  ];
  return <Boards here={id} onChange={(key) => go(key === "list" ? "/alerts" : `/alerts/${key}`)} tabs={tabs} />;
}
