/** The figures on top of the map. An unknown figure is a dash, never a zero. */

import { Tooltip } from "antd";
import { useMemo, type ReactNode } from "react";
import type { Resource } from "../../api/client";
import { plainState } from "../../api/contract";
import { isRehearsal } from "../../parts/tags";
import { enumName, t } from "../../texts";
import { useNow } from "../../stream/clock";
import { go } from "../../route";
import { howMany, type Incident, type Obligation, type UnitStatus } from "./data";

const SOON_MS = 30 * 60_000;

interface Figures {
  incidents?: Incident[];
  units?: UnitStatus[];
  obligations?: Obligation[];
  alerts?: Resource[];
  activations?: Resource[];
}

function Count({ title, figure, hint, colour, to }: { title: string; figure?: number | string; hint?: ReactNode; colour?: string; to: string }) {
  return (
    <div className="count" style={{ cursor: "pointer" }} onClick={() => go(to)}>
      <div className="title">{title}</div>
      <div className="figure" style={{ color: colour }}>{figure ?? "—"}</div>
      <div className="hint">{hint ?? "\u00a0"}</div>
    </div>
  );
}

const lost = (state: string) => plainState(state) === "lost_contact";

function tally(states: (string | undefined)[]): [string, number][] {
  const counted = new Map<string, number>();
  for (const state of states) if (state) counted.set(state, (counted.get(state) ?? 0) + 1);
  return [...counted.entries()].sort((one, other) => Number(lost(other[0])) - Number(lost(one[0])) || other[1] - one[1]); // who is lost must not be cut off
}

/** The lowest coverage of the alerts in force, as a percentage. */
function coverage(alerts: Resource[]): string {
  const known = alerts.map((each) => (typeof each.coverage === "number" ? each.coverage : (each.coverage as { ratio?: number } | undefined)?.ratio)).filter((each) => typeof each === "number");
  return known.length ? t("coverage.lowest", { percent: (Math.min(...known) * 100).toFixed(1) }) : "";
}

/** What is real, and how much is not. */
function parted<T extends object>(rows: T[] | undefined): { real?: T[]; rehearsed: string } {
  const rehearsals = rows?.filter(isRehearsal).length;
  return { real: rows?.filter((row) => !isRehearsal(row)), rehearsed: rehearsals ? t("count.rehearsals", { count: rehearsals }) : "" };
}

function hints(...parts: (string | false | undefined)[]): string | undefined {
  return parts.filter(Boolean).join(" · ") || undefined;
}

export function Counts({ incidents, units, obligations, alerts, activations }: Figures) {
  const now = useNow();
  const overdue = obligations?.filter((each) => each.dueTime && Date.parse(each.dueTime) < now).length;
  const soon = obligations?.filter((each) => each.dueTime && Date.parse(each.dueTime) >= now && Date.parse(each.dueTime) - now < SOON_MS).length;
  const forces = useMemo(() => parted(units), [units]);
  const states = useMemo(() => tally(forces.real?.map((each) => each.state) ?? []), [forces]);
  const byState = hints(...states.map(([state, count]) => `${enumName(state)} ${count}`), forces.rehearsed) ?? "";
  const warned = parted(alerts);
  const responses = parted(activations);
  const active = responses.real?.filter((each) => plainState(each.state) === "active").length;
  const proposed = responses.real?.filter((each) => plainState(each.state) === "proposed").length;
  const severe = incidents?.filter((each) => each.grade?.level && each.grade.level <= 2).length;
  const ready = forces.real?.filter((each) => plainState(each.state) === "available").length;
  return (
    <>
      <Count to="/incidents" title={t("count.incidents")} figure={howMany(incidents)} hint={severe ? t("count.severe", { count: severe }) : undefined} colour={severe ? "#ff7875" : undefined} />
      <Count to="/incidents/obligations" title={t("count.obligations")} figure={howMany(obligations)} colour={overdue ? "#ff4d4f" : soon ? "#ffc53d" : undefined} hint={obligations && t("count.dueHint", { overdue: overdue ?? 0, soon: soon ?? 0 })} />
      <Tooltip title={byState}><div style={{ display: "contents" }}><Count to="/resources/units" title={t("count.units")} figure={forces.real && `${ready} / ${forces.real.length}`} hint={byState} /></div></Tooltip>
      <Count to="/alerts" title={t("count.alerts")} figure={howMany(warned.real)} hint={warned.real && hints(coverage(warned.real), warned.rehearsed)} />
      <Count to="/plans/activations" title={t("count.activations")} figure={active} hint={hints(proposed ? t("count.proposed", { count: proposed }) : "", responses.rehearsed)} colour={proposed ? "#ffc53d" : undefined} />
    </>
  );
}
