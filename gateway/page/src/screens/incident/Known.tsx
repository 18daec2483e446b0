/** Figures of an incident and how its grade came about. An unknown figure says so: it is not zero. */

import { Collapse, Tag, Timeline } from "antd";
import { get, type Schemas } from "../../api/client";
import { Loaded } from "../../parts/problem";
import { GradeTag } from "../../parts/tags";
import { timeText } from "../../parts/time";
import { useLive } from "../../stream/live";
import { clauses, fieldName, series, t, words } from "../../texts";
import { language } from "../../texts/language";
import type { Incident } from "../situation/data";

const FIGURES = ["dead", "missing", "injuredSerious", "poisoned", "injuredLight", "trapped", "evacuated", "peopleAffected", "lossFen"] as const;
const FEN = 100;

function figure(name: string, value: unknown): string {
  return name === "lossFen" ? `¥${(Number(value) / FEN).toLocaleString()}` : String(value);
}

function named(field: string): string {
  const camel = field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return language() === "zh" ? fieldName(camel) : words(camel);
}

function GradeHistory({ incident }: { incident: Incident }) {
  const live = useLive(`${incident.name}/grades/${incident.etag}`, () => get<Schemas["dispatch.v1.GradeHistory"]>(`/${incident.name}/gradeHistory`), ["incidents"]);
  return (
    <Loaded live={live}>
      {({ grades = [] }) => (
        <Timeline
          items={[...grades].reverse().map((grade) => ({
            content: (
              <>
                <GradeTag level={grade.level} provisional={grade.provisional} /> {timeText(grade.gradeTime)} · {grade.basis}
                {grade.manual && <Tag>{t("grade.manual")}</Tag>} {grade.reason}
                {!!grade.decisive?.length && <div style={{ opacity: 0.75 }}>{clauses(grade.decisive)}</div>}
                {!!grade.uncertain?.length && <div style={{ color: "#d4b106" }}>{t("grade.uncertain", { fields: series(grade.uncertain.map(named)) })}</div>}
              </>
            ),
          }))}
        />
      )}
    </Loaded>
  );
}

export function Known({ incident }: { incident: Incident }) {
  const { grade, facts } = incident;
  const shown = FIGURES.filter((name) => facts?.[name] !== undefined || ["dead", "missing", "injuredSerious", "trapped"].includes(name));
  return (
    <>
      <div className="numbers">
        {shown.map((name) => (
          <div key={name}>
            <div style={{ fontSize: 12, opacity: 0.7 }}>{fieldName(name)}</div>
            {facts?.[name] === undefined ? <div className="figure unknown">{t("unknown")}</div> : <div className="figure">{figure(name, facts[name])}</div>}
          </div>
        ))}
      </div>
      {incident.nature && <p style={{ margin: "10px 0 0" }}>{incident.nature}</p>}
      {grade?.provisional && <p style={{ margin: "10px 0 0", color: "#d4b106" }}>{t("grade.lowerBound")} {!!grade.uncertain?.length && t("grade.uncertain", { fields: series(grade.uncertain.map(named)) })}</p>}
      {grade ? <Collapse ghost size="small" items={[{ key: "history", label: t("grade.history"), children: <GradeHistory incident={incident} /> }]} /> : <p style={{ margin: "10px 0 0", opacity: 0.7 }}>{t("grade.none")}</p>}
    </>
  );
}

