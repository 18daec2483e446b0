/** Whom the solver would send and why, how sure it is, what stays open and why, and what else would do; in the reader's language. */

import { Alert, Button, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { clockText, timeText } from "../../parts/time";
import { capabilityName, clauses, series, t } from "../../texts";
import { language } from "../../texts/language";

type Recommended = Schemas["dispatch.v1.RecommendUnitsResponse"];
type Other = Schemas["dispatch.v1.AlternativeSet"];
type Held = Schemas["dispatch.v1.HeldBackUnit"];

const MINUTE = 60;
const HUNDRED = 100;
const GAP = { marginInlineEnd: 6 };
const minutes = (seconds: number) => Math.ceil(seconds / MINUTE);

/** Units that are chosen and not recommended; none where nothing is recommended. */
export function outside(advice: Recommended, picked: string[]): string[] {
  const advised = advice.units?.map((each) => each.unit) ?? [];
  return advised.length ? picked.filter((unit) => !advised.includes(unit)) : [];
}

interface Acts {
  named: (unit: string | undefined, given?: string) => string;
  choose: (units: string[]) => void;
  /** Ask again without this unit. */
  decline: (unit: string) => void;
}

function OtherSet({ other, named, choose }: { other: Other } & Acts) {
  const ways = series(other.units?.map((unit, at) => `${named(unit)} ${minutes(other.travelS?.[at] ?? 0)} ${t("allocation.minutes")}`) ?? []) || t("nothing");
  return (
    <div>
      {other.insteadOf && <span style={{ opacity: 0.75 }}>{t("oneKey.without", { unit: named(other.insteadOf) })}　</span>}
      {ways}{other.extraS ? <span style={{ opacity: 0.75 }}>　{t("oneKey.extra", { count: minutes(other.extraS) })}</span> : null}
      {other.missing ? <span style={{ color: "#ffa940" }}>　{t("oneKey.lacks", { count: other.missing })}</span> : null}
      <Button size="small" type="link" onClick={() => choose(other.units ?? [])}>{t("oneKey.take")}</Button>
    </div>
  );
}

/** Proven the best of so many, or by how much another set could be better at most. */
function Quality({ advice }: { advice: Recommended }) {
  const { proven, considered = 0, objectiveS = 0, boundS = 0 } = advice;
  if (proven) return <span data-testid="proof"><Tag color="success" style={GAP}>{t("allocation.proven")}</Tag>{t("oneKey.proven", { count: considered })}</span>;
  const share = objectiveS > 0 ? (((objectiveS - boundS) / objectiveS) * HUNDRED).toFixed(1) : "0";
  return <span data-testid="proof"><Tag color="gold" style={GAP}>{t("oneKey.unproven")}</Tag>{t("oneKey.bound", { cost: Math.round(objectiveS), bound: Math.round(boundS), share })}</span>;
}

function Basis({ travel }: { travel: Recommended["travel"] }) {
  const roads = travel?.source === "TRAVEL_SOURCE_ROADS";
  return <div><Tag color={roads ? "blue" : "gold"} style={GAP}>{t(roads ? "travel.roads" : "travel.estimate")}</Tag>{travel?.[language()]}</div>;
}

/** Capable and free, but resting or near the end of its shift. */
function HeldBack({ units, choose, picked, named }: { units: Held[]; picked: string[] } & Pick<Acts, "choose" | "named">) {
  const line = ({ unit = "", displayName, travelS, dutyEndTime, reason }: Held) => (
    <div key={unit}>
      {named(unit, displayName)}{travelS === undefined ? "" : ` ${minutes(travelS)} ${t("allocation.minutes")}`}　{reason?.[language()]}{dutyEndTime && ` · ${t("oneKey.dutyEnd", { time: timeText(dutyEndTime) })}`}
      {dutyEndTime && <Button size="small" type="link" onClick={() => choose([...picked, unit])}>{t("oneKey.addUnit")}</Button>}
    </div>
  );
  return <div style={{ marginTop: 6 }} data-testid="held-back"><b>{t("oneKey.heldBack")}</b>{units.map(line)}</div>;
}

export function Advice({ advice, picked, ...acts }: { advice: Recommended; picked: string[] } & Acts) {
  const said = language();
  const { units: set = [], unmet = [], alternatives = [], missing = [], heldBack = [], travel } = advice;
  const others = alternatives.filter((each) => each.units?.length);
  const one = (each: (typeof set)[number]) => (
    <div key={each.unit}>
      <b>{acts.named(each.unit, each.displayName)}</b>　{series(each.serves?.filter((need) => need.code).map((need) => `${capabilityName(need.code)} × ${need.count}`) ?? [])}　{each.arriveTime && t("oneKey.arrives", { time: clockText(each.arriveTime).slice(0, 5) })}
      <Button size="small" type="link" onClick={() => acts.decline(each.unit ?? "")} data-testid="cannot">{t("oneKey.cannot")}</Button>
      <div style={{ opacity: 0.85 }}>{clauses(each.reasons?.map((reason) => reason[said]) ?? [])}</div>
    </div>
  );
  return (
    <>
      {unmet.length > 0 ? (
        <Alert type="warning" showIcon style={{ marginBottom: 8 }} data-testid="unmet" title={t("oneKey.unmet")} description={unmet.map((each) => <div key={each.need}>{each.reason?.[said]}</div>)} />
      ) : missing.length > 0 && <Alert type="warning" showIcon title={t("oneKey.missing", { codes: series(missing.map(capabilityName)) })} style={{ marginBottom: 8 }} />}
      {(set.length > 0 || heldBack.length > 0) && (
        <Alert
          type="info" style={{ marginBottom: 8 }} data-testid="advised" title={<>{t("oneKey.advised")}　<span style={{ fontWeight: 400, fontSize: 13 }}>{set.length > 0 && <Quality advice={advice} />}</span></>}
          description={
            <>
              {set.map(one)}
              {others.length > 0 && <div style={{ marginTop: 6 }} data-testid="alternatives"><b>{t("oneKey.others")}</b>{others.map((each, at) => <OtherSet key={at} other={each} {...acts} />)}</div>}
              {heldBack.length > 0 && <HeldBack units={heldBack} choose={acts.choose} named={acts.named} picked={picked} />}
              <small><Basis travel={travel} /></small>
            </>
          }
        />
      )}
    </>
  );
}
