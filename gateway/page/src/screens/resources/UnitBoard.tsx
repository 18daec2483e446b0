/** Units by what they do now: a figure per state, then the list; stale positions and lost contact stand out. */

import { Button, Tag } from "antd";
import { useState } from "react";
import { get, list, type Resource, type Schemas } from "../../api/client";
import { commandOf, plainState } from "../../api/contract";
import { UNIT_COLOUR } from "../../map/icons";
import { Board, type Column } from "../../parts/Board";
import { CommandForm } from "../../parts/CommandForm";
import { isRehearsal, Rehearsal } from "../../parts/tags";
import { Age } from "../../parts/time";
import { useCan } from "../../session";
import { useLive } from "../../stream/live";
import { capabilityName, enumName, t } from "../../texts";
import type { UnitStatus } from "../situation/data";

const COLUMNS: Column[] = [
  { name: "displayName", show: (row) => <>{String(row.displayName)} <Rehearsal row={row} /></> },
  { name: "state", width: 120, show: (row) => <Tag color={UNIT_COLOUR[plainState(row.state)]} variant="solid">{enumName(row.state)}</Tag> },
  { name: "teamDisplayName", width: 190 },
  { name: "capabilities", show: (row) => ((row.capabilities ?? []) as { code?: string; count?: number }[]).map((each) => <Tag key={each.code}>{capabilityName(each.code)} {each.count}</Tag>) },
  { name: "crewSize", width: 80 },
  { name: "incident", width: 160 },
  { name: "heardTime", width: 140, show: (row) => <Age since={row.heardTime} /> },
  { name: "stale", width: 100, show: (row) => (row.stale ? <Tag color="gold">{t("yes")}</Tag> : "—") },
];

function SetStatus({ row }: { row: Resource }) {
  const can = useCan();
  const [open, setOpen] = useState(false);
  const command = commandOf("POST", "/units/{id}:setStatus");
  if (!command || !can(command.permission)) return null;
  const unit = { name: String(row.unit) };
  return (
    <>
      <Button onClick={() => setOpen(true)} style={{ marginBottom: 12 }}>{t("unit.setStatus")}</Button>
      {open && <CommandForm command={command} resource={unit} preset={row.assignment ? { fence: row.fence } : { unit: undefined }} only={["state", "reason", "expectTime", "location", "place"]} onClose={() => setOpen(false)} />}
    </>
  );
}

/** How often those who send units went against the advice, since the beginning; what happens in exercises is not counted. */
function Overrides() {
  const found = useLive("overrides", () => get<Schemas["dispatch.v1.OverrideStatistics"]>("/dispatch:overrideStatistics"), ["assignments"]);
  if (!found.data?.offers) return null;
  const { offers = 0, advised = 0, notRecommended = 0, withoutCapability = 0 } = found.data;
  return <div style={{ marginBottom: 12, opacity: 0.85 }} data-testid="overrides">{t("unit.overrides", { offers, advised, notRecommended, withoutCapability })}</div>;
}

export function UnitBoard() {
  const live = useLive("units", () => list<UnitStatus>("/unitStatuses"), ["units", "unitStatuses", "assignments"]);
  const counted = new Map<string, number>();
  for (const each of live.data ?? []) if (!isRehearsal(each)) counted.set(each.state ?? "", (counted.get(each.state ?? "") ?? 0) + 1);
  return (
    <>
      <div className="numbers" style={{ marginBottom: 12 }}>
        {[...counted].map(([state, count]) => <div key={state} style={{ borderTop: `3px solid ${UNIT_COLOUR[plainState(state)] ?? "#888"}` }}><div style={{ fontSize: 12, opacity: 0.75 }}>{enumName(state)}</div><div className="figure">{count}</div></div>)}
      </div>
      <Overrides />
      <Board collection="unitStatuses" columns={COLUMNS} watched={["units", "assignments"]} empty={t("units.none")} more={(row) => <SetStatus row={row} />} />
    </>
  );
}
