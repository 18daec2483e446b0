/** Tasks of the incident with the units sent to them. */

import { Button, Table, Tag } from "antd";
import { useState } from "react";
import { list, type Resource, type Schemas } from "../../api/client";
import { Commands } from "../../parts/Commands";
import { Detail } from "../../parts/Detail";
import { Loaded } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { Countdown, timeText } from "../../parts/time";
import { useCan } from "../../session";
import { useLive } from "../../stream/live";
import { useUnitName } from "../../stream/units";
import { capabilityName, enumName, fieldName, series, t } from "../../texts";
import type { Incident } from "../situation/data";
import { OneKey } from "./OneKey";

export type Task = Schemas["dispatch.v1.Task"];
type Assignment = Schemas["dispatch.v1.Assignment"];

const MINUTE = 60;
const SUGGESTED = 3;

/** Who could go instead of a unit that declined or did not answer. */
function Instead({ row }: { row: Assignment }) {
  const named = useUnitName();
  if (!row.suggestions?.length) return null;
  const words = row.suggestions.slice(0, SUGGESTED).map((each) => `${named(each.unit, each.displayName)}${each.travelS === undefined ? "" : ` ${Math.ceil(each.travelS / MINUTE)} min`}`);
  return <div style={{ fontSize: 12, opacity: 0.75 }} data-testid="instead">{t("assignment.instead", { units: series(words) })}</div>;
}

function Assignments({ rows, reload }: { rows: Assignment[]; reload: () => void }) {
  const named = useUnitName();
  return (
    <Table
      size="small" rowKey="name" dataSource={rows} pagination={false}
      columns={[
        { title: fieldName("unit"), render: (_, row) => <>{named(row.unit, row.unitDisplayName)}<Instead row={row} /></> },
        { title: fieldName("state"), render: (_, row) => <StateTag state={row.state} /> },
        { title: fieldName("matched"), render: (_, row) => row.matched && series(row.matched.map(capabilityName)) },
        { title: t("assignment.times"), render: (_, row) => (row.state === "ASSIGNMENT_STATE_OFFERED" ? <>{t("assignment.answer")} <Countdown due={row.answerDueTime} /></> : timeText(row.arriveTime ?? row.departTime ?? row.acceptTime, true)) },
        { title: t("actions"), render: (_, row) => <Commands resource={row as Resource} side={2} size="small" onDone={reload} /> },
      ]}
    />
  );
}

export function Tasks({ incident }: { incident: Incident }) {
  const can = useCan();
  const name = incident.name ?? "";
  const tasks = useLive(`${name}/tasks`, () => list<Task>("/tasks", { incident: name }), ["tasks"]);
  const assignments = useLive(`${name}/assignments`, () => list<Assignment>("/assignments", { incident: name }), ["assignments", "tasks", "units"]);
  const [sending, setSending] = useState<Task | "new">();
  const of = (task: Task) => assignments.data?.filter((each) => each.task === task.name) ?? [];
  const reload = () => { tasks.reload(); assignments.reload(); };
  return (
    <>
      {can("assignments.dispatch") && <Button type="primary" style={{ marginBottom: 8 }} onClick={() => setSending("new")} data-testid="one-key">⚡ {t("oneKey")}</Button>}
      <Loaded live={tasks} empty={t("tasks.none")}>
        {(rows) => (
          <Table
            size="small" rowKey="name" dataSource={rows} pagination={{ pageSize: 10, hideOnSinglePage: true }} data-testid="tasks"
            expandable={{ expandedRowRender: (task) => <>{of(task).length > 0 && <Assignments rows={of(task)} reload={reload} />}<div style={{ marginTop: 8 }}><Detail resource={task} columns={1} omit={["incident"]} /></div></> }}
            columns={[
              { title: fieldName("task"), render: (_, task) => <>{task.lifeSaving && <Tag color="red">{fieldName("lifeSaving")}</Tag>}{task.title}<div style={{ opacity: 0.6, fontSize: 12 }}>{enumName(task.kind)}{task.clause ? ` · ${task.clause}` : ""} · {fieldName("units")} {of(task).length || "—"}</div></> },
              { title: fieldName("state"), width: 84, render: (_, task) => <StateTag state={task.state} /> },
              { title: fieldName("dueTime"), width: 110, render: (_, task) => <Countdown due={task.dueTime} /> },
              { title: t("actions"), width: 216, render: (_, task) => <span style={{ display: "flex", gap: 6 }}>{can("assignments.dispatch") && ["TASK_STATE_ISSUED", "TASK_STATE_IN_PROGRESS"].includes(task.state ?? "") && <Button size="small" onClick={() => setSending(task)}>{t("oneKey.send")}</Button>}<Commands resource={task as Resource} side={1} size="small" onDone={reload} /></span> },
            ]}
          />
        )}
      </Loaded>
      {sending && <OneKey incident={incident} task={sending === "new" ? undefined : sending} close={() => setSending(undefined)} done={reload} />}
    </>
  );
}
