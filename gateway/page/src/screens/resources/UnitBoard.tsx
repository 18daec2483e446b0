/** Units by what they do now: a figure per state, then the list; stale positions and lost contact stand out. */

import { Button, Tag } from "antd";
import { useMemo, useState } from "react";
import type { Resource } from "../../api/client";
import { commandOf, plainState } from "../../api/contract";
import { UNIT_COLOUR } from "../../map/icons";
import { Board, type Column } from "../../parts/Board";
import { CommandForm } from "../../parts/CommandForm";
import { titleOf } from "../../parts/inputs";
import { isRehearsal, Rehearsal } from "../../parts/tags";
import { Age, Countdown, timeText } from "../../parts/time";
import { useCan } from "../../session";
import { useNow } from "../../stream/clock";
import { useAllUnits } from "../../stream/units";
import { go } from "../../route";
import { capabilityName, enumName, t } from "../../texts";
import { Overrides } from "./Overrides";

const YEAR = "2026-".length;
const USUAL_LEAST = 60;
const HEARD_MS = 1500;

/** Day and time; red once it has passed, for then nobody recommends the unit. */
function DutyEnd({ end }: { end: unknown }) {
  const over = Date.parse(String(end)) < useNow();
  if (typeof end !== "string") return <>—</>;
  return <span style={{ color: over ? "#ff7875" : undefined }} title={t(over ? "duty.over" : "duty.until", { time: timeText(end) })}>{timeText(end).slice(YEAR)}</span>;
}

const COLUMNS: Column[] = [
  { name: "displayName", show: (row) => <>{titleOf(row)} <Rehearsal row={row} /></> },
  { name: "state", width: 120, show: (row) => <Tag color={UNIT_COLOUR[plainState(row.state)]} variant="solid">{enumName(row.state)}</Tag> },
  { name: "dutyEndTime", width: 116, show: (row) => <DutyEnd end={row.dutyEndTime} /> },
  { name: "teamDisplayName", width: 160 },
  { name: "capabilities", show: (row) => ((row.capabilities ?? []) as { code?: string; count?: number }[]).map((each) => <Tag key={each.code}>{capabilityName(each.code)} {each.count}</Tag>) },
  { name: "crewSize", width: 70 },
  { name: "incident", width: 130 },
  { name: "heardTime", width: 110, show: (row) => <Age since={row.heardTime} /> },
  { name: "locateTime", width: 150, show: (row) => (row.locateTime ? <>{row.stale ? <Tag color="gold" style={{ marginInlineEnd: 6 }}>{t("unit.stale")}</Tag> : null}<Age since={row.locateTime} /></> : row.stale ? <Tag color="gold">{t("unit.noPosition")}</Tag> : "—") },
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

/** Until when the crew is on duty, how much of that must be left on arrival, and who may enter it. */
function Duty({ row, reload }: { row: Resource; reload: () => void }) {
  const can = useCan();
  const [open, setOpen] = useState(false);
  const command = commandOf("POST", "/units/{id}:setDuty");
  const end = row.dutyEndTime;
  const least = t("duty.least", { minutes: typeof row.leastDutyMinutes === "number" ? row.leastDutyMinutes : USUAL_LEAST });
  const heard = () => void setTimeout(reload, HEARD_MS); // the register tells dispatch through the log
  return (
    <div style={{ marginBottom: 12, display: "flex", gap: 8, alignItems: "center", flexWrap: "wrap" }} data-testid="duty">
      <b>{t("duty")}</b>{typeof end === "string" ? <span>{timeText(end)}　<Countdown due={end} /></span> : <span>{t("duty.none")}</span>}<span style={{ opacity: 0.75 }}>{least}</span>
      {command && can(command.permission) && <Button size="small" onClick={() => setOpen(true)} data-testid="set-duty">{t("duty.set")}</Button>}
      {command && open && <CommandForm command={command} resource={{ name: String(row.unit) }} initial={{ dutyEndTime: end }} title={t("duty.set")} note={t("duty.hint")} onClose={() => setOpen(false)} onDone={heard} />}
    </div>
  );
}

const DOUBTFUL = "doubtful";

/** Nobody knows where it is now. */
function doubtful(row: Resource): boolean {
  return Boolean(row.stale) || plainState(row.state) === "lost_contact";
}

/** How many of a kind; pressed, only these are listed. */
function Tile({ colour, name, count, pressed, press }: { colour: string; name: string; count: number; pressed: boolean; press: () => void }) {
  return <div onClick={press} style={{ borderTop: `3px solid ${colour}`, cursor: "pointer", outline: pressed ? `1px solid ${colour}` : undefined }}><div style={{ fontSize: 12, opacity: 0.75 }}>{name}</div><div className="figure">{count}</div></div>;
}

export function UnitBoard() {
  const all = useAllUnits();
  const [only, setOnly] = useState("");
  const { counted, doubts } = useMemo(() => {
    const real = (all.data?.rows ?? []).filter((each) => !isRehearsal(each));
    const found = new Map<string, number>();
    for (const { state = "" } of real) found.set(state, (found.get(state) ?? 0) + 1);
    return { counted: found, doubts: real.filter((each) => doubtful(each as Resource)).length };
  }, [all.data]);
  const press = (kind: string) => () => setOnly(only === kind ? "" : kind);
  const where = only === DOUBTFUL ? doubtful : only ? (row: Resource) => row.state === only : undefined;
  return (
    <>
      <div className="numbers" style={{ marginBottom: 12 }} data-testid="unit-tiles">
        {[...counted].map(([state, count]) => <Tile key={state} colour={UNIT_COLOUR[plainState(state)] ?? "#888"} name={enumName(state)} count={count} pressed={only === state} press={press(state)} />)}
        {doubts > 0 && <Tile colour="#ffc53d" name={t("unit.doubtful")} count={doubts} pressed={only === DOUBTFUL} press={press(DOUBTFUL)} />}
      </div>
      <Overrides />
      <Board
        collection="unitStatuses" columns={COLUMNS} source={all as never} where={where} empty={t("units.none")}
        more={(row) => <><div style={{ display: "flex", gap: 8 }}><SetStatus row={row} /><Button onClick={() => go(`/replay/${String(row.unit)}`)} data-testid="replay-unit">⟲ {t("replay")}</Button></div><Duty row={row} reload={all.reload} /></>}
      />
    </>
  );
}
