/** What a proposal was asked for, in one line a rule; only what differs from the usual. */

import { Collapse, Tag } from "antd";
import type { ReactNode } from "react";
import { Named } from "../../parts/Named";
import { timeText } from "../../parts/time";
import { capabilityName, t } from "../../texts";
import type { Spec } from "./spec";

const MINUTE = 60;
const HUNDRED = 100;

function Names({ names }: { names: (string | undefined)[] }) {
  return <>{names.map((each, at) => <span key={at}>{at > 0 && "、"}<Named name={each ?? ""} /></span>)}</>;
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
  for (const each of spec.forbidden ?? []) found.push([t("allocation.banned"), <><Named name={each.unit ?? ""} /> ↛ <Named name={each.task ?? ""} /></>]);
  for (const each of spec.terms ?? []) {
    const needs = each.needs?.map((need) => [need.code ? capabilityName(need.code) : t("allocation.terms.every"), need.latestArriveTime && `${t("allocation.terms.latest")} ${timeText(need.latestArriveTime)}`, need.leastUnits ? `${t("allocation.terms.least")} ${need.leastUnits}` : ""].filter(Boolean).join(" "));
    const weight = each.lastArrivalWeight ? `${t("allocation.terms.weight")} ${each.lastArrivalWeight}` : "";
    found.push([t("allocation.terms"), <><Named name={each.task ?? ""} />　{[...(needs ?? []), weight].filter(Boolean).join("；")}</>]);
  }
  for (const each of spec.needs ?? []) found.push([t("allocation.extras"), <><Named name={each.incident ?? ""} /> · {each.title}　{each.needs?.map((need) => `${need.code ? capabilityName(need.code) : t("oneKey.any")} × ${need.count}`).join("、")}</>]);
  return found;
}

export function Asked({ spec }: { spec: Spec }) {
  const bound = (spec.pinned?.length ?? 0) + (spec.forbidden?.length ?? 0) + (spec.terms?.length ?? 0) + (spec.needs?.length ?? 0);
  const label = <>{t("allocation.asked")}{bound > 0 && <Tag style={{ marginInlineStart: 8 }}>{t("allocation.askedRules", { count: bound })}</Tag>}</>;
  const list = <div className="asked">{rules(spec).map(([name, value], at) => <div key={at}><span>{name}</span><span>{value}</span></div>)}</div>;
  return <Collapse size="small" items={[{ key: "asked", label: <span data-testid="asked">{label}</span>, children: list }]} />;
}
