/** A refusal in the user's language: what, which field, and what can be done next. */

import { Alert, Button, Spin, Empty } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import type { Problem } from "../api/client";
import { clauses, fieldName, headed, series, t, verbName } from "../texts";
import { language } from "../texts/language";
import type { Live } from "../stream/live";

function message(problem: Problem): string {
  if (problem.code === "NETWORK") return t("problem.network");
  const said = (language() === "zh" ? problem.message_zh : problem.message_en) || problem.detail || t("problem.unknown", { status: problem.status });
  return language() === "zh" ? said.replace(/(?<![\w/.-])[a-z]+(?:_[a-z]+)*(?![\w/.-])/g, inWords) : said;
}

/** A field's name inside a Chinese sentence as the form calls it; any other word stays. */
function inWords(word: string): string {
  const name = fieldName(word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  return /[\u4e00-\u9fff]/.test(name) ? `“${name}”` : word;
}

function nextStep(problem: Problem): string {
  if (problem.allowed?.length) return t("problem.allowed", { verbs: series(problem.allowed.map(verbName)) });
  if (problem.status === 412 || problem.code === "STALE") return t("problem.stale");
  if (problem.status === 403) return t("problem.forbidden");
  if (problem.status === 429 || problem.status === 503 || problem.status === 0) return t("problem.later");
  if (problem.field || problem.violations?.length) return t("problem.field");
  return "";
}

const BOX_PX = 150;

/** How high the body of a dialog may be, so that its buttons stay on a small screen also when a refusal stands above them. */
export function bodyStyle(problem: Problem | undefined, frame: number) {
  return { maxHeight: `calc(100vh - ${frame + (problem ? BOX_PX : 0)}px)`, overflowY: "auto", overflowX: "hidden", paddingInlineEnd: 6 } as const;
}

/** The refusal as a box. */
export function ProblemBox({ problem, again }: { problem: Problem; again?: () => void }) {
  const fields = problem.violations?.length ? problem.violations.map((each) => headed(fieldName(each.field), each.rule)) : problem.field ? [fieldName(problem.field)] : [];
  return (
    <Alert
      type={problem.status >= 500 || problem.status === 0 ? "error" : "warning"}
      showIcon
      data-testid="problem"
      title={message(problem)}
      description={
        <>
          {fields.length > 0 && <div>{t("problem.fields", { fields: clauses(fields) })}</div>}
          {nextStep(problem) && <div>{nextStep(problem)}</div>}
          <div style={{ opacity: 0.6, fontSize: 12 }}>
            {problem.code}
            {problem.trace_id ? ` · ${problem.trace_id}` : ""}
          </div>
        </>
      }
      action={again && <Button size="small" onClick={again}>{t("again")}</Button>}
    />
  );
}

const SLOW_MS = 2000;

/** Says after two seconds that it is still at work. */
export function Waiting() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div style={{ padding: 24, textAlign: "center" }}>
      <Spin />
      {slow && <div style={{ marginTop: 8, opacity: 0.7 }}>{t("slow")}</div>}
    </div>
  );
}

/** Data when it is there; else progress, the refusal, or what to do when there is nothing. */
export function Loaded<T>({ live, empty, children }: { live: Live<T>; empty?: ReactNode; children: (data: T) => ReactNode }) {
  if (live.data === undefined) return live.problem ? <ProblemBox problem={live.problem} again={live.reload} /> : <Waiting />;
  if (empty && Array.isArray(live.data) && live.data.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} style={{ margin: "12px 0" }} />;
  return (
    <>
      {live.problem && <ProblemBox problem={live.problem} again={live.reload} />}
      {children(live.data)}
    </>
  );
}
