/** The lines of a proposal: who goes where, how far, why; chosen ones are sent, and what cannot go says why. */

import { Alert, App, Button, Table, Tag, Tooltip } from "antd";
import { useState } from "react";
import { command, type Schemas } from "../../api/client";
import { Named } from "../../parts/Named";
import { useSending } from "../../parts/sending";
import { ProblemBox } from "../../parts/problem";
import { useCan } from "../../session";
import { capabilityName, reasonName, t } from "../../texts";
import { language } from "../../texts/language";
import type { Proposal } from "./Allocation";

type Line = Schemas["dispatch.v1.AllocationLine"];
type Answer = Schemas["dispatch.v1.CommitAllocationResponse"];

const MINUTE = 60;
const CLOSED = "ALLOCATION_STATE_CANCELLED";

/** Seconds as minutes and seconds. */
export function wayText(seconds: number | undefined): string {
  if (seconds === undefined) return "—";
  return t("allocation.way", { minutes: Math.floor(seconds / MINUTE), seconds: Math.round(seconds % MINUTE) });
}

function columns(said: "zh" | "en") {
  return [
    { title: t("allocation.unit"), width: 190, render: (_: unknown, row: Line) => <>{row.unitDisplayName} {row.pinned && <Tag>{t("allocation.pinned")}</Tag>}</> },
    { title: t("allocation.task"), width: 260, ellipsis: true, render: (_: unknown, row: Line) => <>{row.title}{row.incident && <> · <Named name={row.incident} /></>}</> },
    { title: t("oneKey.needs"), width: 150, render: (_: unknown, row: Line) => row.covers?.map(capabilityName).join("、") },
    { title: t("oneKey.travel"), width: 110, sorter: (one: Line, other: Line) => (one.travelS ?? 0) - (other.travelS ?? 0), render: (_: unknown, row: Line) => wayText(row.travelS) },
    { title: t("oneKey.why"), ellipsis: true, render: (_: unknown, row: Line) => { const why = row.reasons?.map((each) => each[said]).join(said === "zh" ? "；" : "; "); return <Tooltip title={why}>{why}</Tooltip>; } },
    { title: t("allocation.outcome"), width: 130, render: (_: unknown, row: Line) => (row.assignment ? <Tag color="success">{t("oneKey.offered")}</Tag> : row.refusal ? <Tag color="volcano">{reasonName(row.refusal)}</Tag> : "—") },
  ];
}

export function Lines({ proposal, reload }: { proposal: Proposal; reload: () => void }) {
  const { message } = App.useApp();
  const can = useCan();
  const { busy, problem, send } = useSending();
  const [left, setLeft] = useState<number[]>([]);
  const waiting = proposal.lines?.filter((each) => !each.assignment) ?? [];
  const picked = waiting.map((each) => each.number ?? 0).filter((each) => !left.includes(each));
  const press = async () => {
    await send(async (key) => {
      const got = await command<Answer>("POST", `/${proposal.name ?? ""}:commit`, { lines: picked }, key, proposal.etag);
      message.success(t("oneKey.result", { offered: got.offered ?? 0, refused: got.refused ?? 0 }));
      reload();
    });
  };
  const may = can("assignments.dispatch") && proposal.state !== CLOSED && waiting.length > 0;
  return (
    <div data-testid="allocation-lines">
      {problem && <div style={{ marginBottom: 8 }}><ProblemBox problem={problem} again={reload} /></div>}
      {proposal.lines?.length ? null : <Alert type="info" showIcon title={t("allocation.noLines")} />}
      <Table
        size="small" rowKey="number" dataSource={proposal.lines ?? []} columns={columns(language())} pagination={{ pageSize: 15, hideOnSinglePage: true, showSizeChanger: false }} tableLayout="fixed"
        rowSelection={may ? { selectedRowKeys: picked, onChange: (keys) => setLeft(waiting.map((each) => each.number ?? 0).filter((each) => !keys.includes(each))), getCheckboxProps: (row) => ({ disabled: Boolean(row.assignment) }) } : undefined}
      />
      {may && <Button type="primary" loading={busy} disabled={!picked.length} onClick={() => void press()} data-testid="commit" style={{ marginTop: 8 }}>{t("allocation.commit", { count: picked.length })}</Button>}
    </div>
  );
}
