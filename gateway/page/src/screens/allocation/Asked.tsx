/** What a proposal was asked for, in one line a rule; only what differs from the usual. */

import { Collapse, Tag } from "antd";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { Named } from "../../parts/Named";
import { timeText } from "../../parts/time";
import { aside, capabilityName, clauses, series, t } from "../../texts";
import { bansOf, type Spec } from "./spec";

type Extra = Schemas["dispatch.v1.ExplicitNeed"];

const MINUTE = 60;
const HUNDRED = 100;

function Names({ names }: { names: (string | undefined)[] }) {
  return <>{names.map((each, at) => <span key={at}>{at > 0 && series(["", ""])}<Named name={each ?? ""} /></span>)}</>;
}

/** By when, and how many at least, for each need. */
function termWords(needs: Schemas["dispatch.v1.ArrivalTerms"][] | undefined, weight: number | undefined): string[] {
  const words = (needs ?? []).map((need) => [need.code ? capabilityName(need.code) : t("allocation.terms.every"), need.latestArriveTime && `${t("allocation.terms.latest")} ${timeText(need.latestArriveTime)}`, need.leastUnits ? `${t("allocation.terms.least")} ${need.leastUnits}` : ""].filter(Boolean).join(" "));
  return weight ? [...words, `${t("allocation.terms.weight")} ${weight}`] : words;
}

/** What an explicit need asks of who comes for one of its needs. */
export function needWords(need: Schemas["dispatch.v1.UnitNeed"]): string[] {
  const { qualifications = [], minRank, whole } = need;
  return [qualifications.length ? t("allocation.kept.qualifications", { names: series(qualifications.map(capabilityName)) }) : "", minRank ? t("allocation.kept.rank", { rank: minRank }) : "", whole ? t("allocation.kept.whole") : ""].filter(Boolean);
}

/** Its place, where it is not the incident's, and the rules for all who come. */
export function siteWords({ location, terms, lastArrivalWeight }: Extra): string[] {
  const place = location ? [t("allocation.kept.place", { place: `${location.lon?.toFixed(5)}, ${location.lat?.toFixed(5)}` })] : [];
  return [...place, ...termWords(terms, lastArrivalWeight)];
}

function extraWords(site: Extra): string {
  const bounds = (need: Schemas["dispatch.v1.UnitNeed"]) => { const words = needWords(need); return words.length ? aside(clauses(words)) : ""; };
  const needs = site.needs?.map((need) => `${need.code ? capabilityName(need.code) : t("oneKey.any")} × ${need.count}${bounds(need)}`) ?? [];
  return clauses([series(needs), ...siteWords(site)]);
}

function rules(spec: Spec): [string, ReactNode][] {
  const minutes = (seconds: number | undefined) => `${Math.round((seconds ?? 0) / MINUTE)} ${t("allocation.minutes")}`;
  const found: [string, ReactNode][] = [
    [t("allocation.incidents"), spec.incidents?.length ? <Names names={spec.incidents} /> : t("allocation.everyOpen")],
    [t("allocation.reserve"), `${Math.round((spec.reserveShare ?? 0) * HUNDRED)} %`],
    [t("allocation.travel"), minutes(spec.maxTravelS)],
    [t("allocation.unmet"), minutes(spec.unmetPenaltyS)],
    [t("allocation.price"), minutes(spec.reservePriceS)],
  ];
  if (spec.exerciseId) found.push([t("exercise"), spec.exerciseId]);
  for (const each of spec.pinned ?? []) found.push([t("allocation.pinned"), <><Named name={each.unit ?? ""} /> → <Named name={each.task ?? ""} /></>]);
  for (const { units, tasks } of bansOf(spec)) found.push([t("allocation.banned"), <><Names names={units} /> ↛ <Names names={tasks} /></>]);
  for (const each of spec.terms ?? []) {
    found.push([t("allocation.terms"), <><Named name={each.task ?? ""} />　{clauses(termWords(each.needs, each.lastArrivalWeight))}</>]);
  }
  for (const each of spec.needs ?? []) found.push([t("allocation.extras"), <><Named name={each.incident ?? ""} /> · {each.title}　{extraWords(each)}</>]);
  return found;
}

export function Asked({ spec }: { spec: Spec }) {
  const bound = (spec.pinned?.length ?? 0) + bansOf(spec).length + (spec.terms?.length ?? 0) + (spec.needs?.length ?? 0);
  const label = <>{t("allocation.asked")}{bound > 0 && <Tag style={{ marginInlineStart: 8 }}>{t("allocation.askedRules", { count: bound })}</Tag>}</>;
  const list = <div className="asked">{rules(spec).map(([name, value], at) => <div key={at}><span>{name}</span><span>{value}</span></div>)}</div>;
  return <Collapse size="small" items={[{ key: "asked", label: <span data-testid="asked">{label}</span>, children: list }]} />;
}
