/** Whom the solver would send and why, what stays open and why, and what else would do; in the reader's language. */

import { Alert, Button } from "antd";
import type { Schemas } from "../../api/client";
import { capabilityName, t } from "../../texts";
import { language } from "../../texts/language";
import type { UnitStatus } from "../situation/data";

type Recommended = Schemas["dispatch.v1.RecommendUnitsResponse"];
type Other = Schemas["dispatch.v1.AlternativeSet"];

const MINUTE = 60;
const minutes = (seconds: number) => Math.ceil(seconds / MINUTE);

/** Units that are chosen and not recommended; none where nothing is recommended. */
export function outside(advice: Recommended, picked: string[]): string[] {
  const advised = advice.units?.map((each) => each.unit) ?? [];
  return advised.length ? picked.filter((unit) => !advised.includes(unit)) : [];
}

function OtherSet({ other, named, choose }: { other: Other; named: (unit?: string) => string; choose: (units: string[]) => void }) {
  const ways = other.units?.map((unit, at) => `${named(unit)} ${minutes(other.travelS?.[at] ?? 0)} min`).join("、") || t("nothing");
  return (
    <div>
      {ways}{other.extraS ? <span style={{ opacity: 0.75 }}>　{t("oneKey.extra", { count: minutes(other.extraS) })}</span> : null}
      {other.missing ? <span style={{ color: "#ffa940" }}>　{t("oneKey.lacks", { count: other.missing })}</span> : null}
      <Button size="small" type="link" onClick={() => choose(other.units ?? [])}>{t("oneKey.take")}</Button>
    </div>
  );
}

export function Advice({ advice, units, choose }: { advice: Recommended; units: UnitStatus[] | undefined; choose: (units: string[]) => void }) {
  const said = language() === "zh" ? "zh" : "en";
  const named = (unit?: string) => units?.find((each) => each.unit === unit)?.displayName ?? unit ?? "";
  const { units: set = [], unmet = [], alternatives = [], missing = [], travel } = advice;
  const others = alternatives.filter((each) => each.units?.length);
  return (
    <>
      {unmet.length > 0 ? (
        <Alert type="warning" showIcon style={{ marginBottom: 8 }} data-testid="unmet" title={t("oneKey.unmet")} description={unmet.map((each) => <div key={each.need}>{each.reason?.[said]}</div>)} />
      ) : missing.length > 0 && <Alert type="warning" showIcon title={t("oneKey.missing", { codes: missing.map(capabilityName).join("、") })} style={{ marginBottom: 8 }} />}
      {set.length > 0 && (
        <Alert
          type="info" style={{ marginBottom: 8 }} data-testid="advised" title={t("oneKey.advised")}
          description={
            <>
              {set.map((each) => <div key={each.unit}><b>{each.displayName}</b>　{each.reasons?.map((reason) => reason[said]).join(said === "zh" ? "；" : "; ")}</div>)}
              {others.length > 0 && <div style={{ marginTop: 6 }} data-testid="alternatives"><b>{t("oneKey.others")}</b>{others.map((each, at) => <OtherSet key={at} other={each} named={named} choose={choose} />)}</div>}
              <small>{travel?.[said]}</small>
            </>
          }
        />
      )}
    </>
  );
}
