/** All incidents as a table, what has to be reported, and the register form. */

import { Segmented } from "antd";
import { useState } from "react";
import type { Resource } from "../../api/client";
import { Board, Boards, type Column } from "../../parts/Board";
import { GradeTag } from "../../parts/tags";
import { Age, Countdown } from "../../parts/time";
import { eventName } from "../../map/reference";
import { go } from "../../route";
import { useCan } from "../../session";
import { t } from "../../texts";
import { Button } from "antd";
import { Allocations } from "../allocation/Allocations";
import { OPEN_STATES } from "../situation/data";

const INCIDENTS: Column[] = [
  { name: "number", width: 170 },
  { name: "title" },
  { name: "grade", width: 150, show: (row) => <GradeTag {...(row.grade as { level?: number; provisional?: boolean } | undefined)} /> },
  { name: "state", width: 110 },
  { name: "eventCode", width: 140, show: (row) => eventName(String(row.eventCode ?? "")) },
  { name: "address", width: 220 },
  { name: "receiveTime", width: 150, show: (row) => <Age since={row.receiveTime} /> },
];

export const OBLIGATIONS: Column[] = [
  { name: "state", width: 110 },
  { name: "recipient", width: 150 },
  { name: "kind", width: 120, show: (row) => <KindOf row={row} /> },
  { name: "channel", width: 90 },
  { name: "basis", width: 90 },
  { name: "dueTime", width: 170, show: (row) => <Countdown due={row.dueTime} /> },
  { name: "strictDueTime", width: 170, show: (row) => <Countdown due={row.strictDueTime} /> },
  { name: "incident" },
];

/** What must be delivered, in words. */
export function KindOf({ row }: { row: Resource }) {
  const kinds: Record<string, string> = { report: t("kind.report"), warning: t("kind.warning"), notice: t("kind.notice"), follow_up: t("kind.followUp"), zero: t("kind.zero"), supplement: t("kind.supplement"), final: t("kind.final") };
  return <>{kinds[String(row.kind)] ?? String(row.kind)}</>;
}

export function Incidents({ tab, id }: { tab?: string; id?: string }) {
  const can = useCan();
  const [which, setWhich] = useState<"open" | "all">("open");
  const add = can("incidents.register") && <Button type="primary" onClick={() => go("/incidents/register")} data-testid="register">{t("incident.register")}</Button>;
  const switcher = <Segmented value={which} onChange={(value) => setWhich(value as "open" | "all")} options={[{ value: "open", label: t("incidents.open") }, { value: "all", label: t("incidents.all") }]} />;
  const open = (row: Resource) => go(`/${row.name}`);
  return (
    <Boards
      here={tab} onChange={(key) => go(key === "list" ? "/incidents" : `/incidents/${key}`)}
      tabs={[
        { key: "list", label: t("nav.incidents"), children: <Board collection="incidents" columns={INCIDENTS} query={which === "open" ? { states: OPEN_STATES } : {}} empty={t("situation.noIncidents")} onOpen={open} extra={<>{switcher}{add}</>} /> },
        { key: "obligations", label: t("obligations"), children: <Board collection="obligations" columns={OBLIGATIONS} query={{ state: "OBLIGATION_STATE_OPEN" }} watched={["incidents", "reports"]} empty={t("obligations.none")} /> },
        { key: "signals", label: t("signals"), children: <Board collection="signals" columns={[{ name: "state", width: 100 }, { name: "source", width: 100 }, { name: "content" }, { name: "address", width: 200 }, { name: "receiveTime", width: 160 }, { name: "incident", width: 180 }]} watched={["incidents"]} empty={t("signals.none")} createLabel={t("signals.new")} /> },
        ...(can("allocations.read") ? [{ key: "allocations", label: t("allocation.all"), children: <Allocations id={id} /> }] : []),
      ]}
    />
  );
}
