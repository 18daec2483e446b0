/** The lines of a proposal: who goes where, how far, why; sent all, some or one by one, and what cannot go says why. Lines may be kept or barred in a next proposal. */

import { Alert, App, Button, InputNumber, Space, Table, Tag, Tooltip } from "antd";
import { useState } from "react";
import { command, type Schemas } from "../../api/client";
import { Named } from "../../parts/Named";
import { useSending } from "../../parts/sending";
import { ProblemBox } from "../../parts/problem";
import { useCan } from "../../session";
import { useUnitName } from "../../stream/units";
import { capabilityName, clauses, headed, reasonName, series, t } from "../../texts";
import { language } from "../../texts/language";
import type { Proposal } from "./Allocation";
import { changed, Marks, type Mark } from "./marks";
import type { Spec } from "./spec";

type Line = Schemas["dispatch.v1.AllocationLine"];
type Answer = Schemas["dispatch.v1.CommitAllocationResponse"];

const MINUTE = 60;
const ANSWER_MINUTES = 2;
const CLOSED = "ALLOCATION_STATE_CANCELLED";

/** Seconds as minutes and seconds. */
export function wayText(seconds: number | undefined): string {
  if (seconds === undefined) return "—";
  return t("allocation.way", { minutes: Math.floor(seconds / MINUTE), seconds: Math.round(seconds % MINUTE) });
}

interface Acts {
  /** Why a line was refused when it was to be sent from here, in words. */
  refused: Map<number, string>;
  one?: (line: number) => void;
  marks: Map<number, Mark>;
  mark?: (line: number, mark: Mark | undefined) => void;
  unitName: (unit: string | undefined, given?: string) => string;
}

function Outcome({ row, refused, one }: { row: Line; refused: Acts["refused"]; one: Acts["one"] }) {
  const words = row.refusal && (row.refusalReason?.[language()] || refused.get(row.number ?? 0) || reasonName(row.refusal));
  if (row.assignment) return <Tag color="success">{t("oneKey.offered")}</Tag>;
  return (
    <Space size={4} wrap>
      {words && <span data-testid="refusal"><Tag color="volcano">{t("allocation.notSent")}</Tag><span style={{ fontSize: 12 }}>{words}</span></span>}
      {one ? <Button size="small" type="link" style={{ padding: 0 }} onClick={() => one(row.number ?? 0)} data-testid="commit-line">{t(words ? "again" : "allocation.sendOne")}</Button> : !words && "—"}
    </Space>
  );
}

function columns(said: "zh" | "en", { refused, one, marks, mark, unitName }: Acts) {
  return [
    { title: t("allocation.unit"), width: 160, render: (_: unknown, row: Line) => <>{unitName(row.unit, row.unitDisplayName)} {row.pinned && <Tag>{t("allocation.pinned")}</Tag>}</> },
    { title: t("allocation.task"), width: 200, render: (_: unknown, row: Line) => <>{row.title}{row.incident && <> · <Named name={row.incident} /></>}</> },
    { title: t("oneKey.needs"), width: 100, render: (_: unknown, row: Line) => row.covers && series(row.covers.map(capabilityName)) },
    { title: t("oneKey.travel"), width: 96, sorter: (first: Line, second: Line) => (first.travelS ?? 0) - (second.travelS ?? 0), render: (_: unknown, row: Line) => wayText(row.travelS) },
    { title: t("oneKey.why"), render: (_: unknown, row: Line) => clauses(row.reasons?.map((each) => each[said]) ?? []) },
    { title: t("allocation.outcome"), width: 190, render: (_: unknown, row: Line) => <Outcome row={row} refused={refused} one={one} /> },
    ...(mark ? [{ title: <Tooltip title={t("allocation.next.hint")}>{t("allocation.next")}</Tooltip>, width: 116, render: (_: unknown, row: Line) => (row.task && !row.assignment ? <Marks mark={marks.get(row.number ?? 0)} set={(chosen) => mark(row.number ?? 0, chosen)} /> : null) }] : []),
  ];
}

export function Lines({ proposal, reload, again }: { proposal: Proposal; reload: () => void; again?: (spec: Spec) => void }) {
  const { message } = App.useApp();
  const said = language();
  const can = useCan();
  const unitName = useUnitName();
  const { busy, problem, send } = useSending();
  const [left, setLeft] = useState<number[]>([]);
  const [within, setWithin] = useState(ANSWER_MINUTES);
  const [answer, setAnswer] = useState<Answer>();
  const [refused, setRefused] = useState(new Map<number, string>());
  const [marks, setMarks] = useState(new Map<number, Mark>());
  const lines = proposal.lines ?? [];
  const waiting = lines.filter((each) => !each.assignment);
  const picked = waiting.map((each) => each.number ?? 0).filter((each) => !left.includes(each));
  const press = async (numbers: number[]) => {
    await send(async (key) => {
      const got = await command<Answer>("POST", `/${proposal.name ?? ""}:commit`, { lines: numbers, answerWithinS: Math.round(within * MINUTE) }, key, proposal.etag);
      setAnswer(got);
      setRefused((before) => new Map([...before, ...(got.outcomes ?? []).map((each): [number, string] => [each.number ?? 0, each.refusal?.[said] ?? ""])]));
      void message[got.refused ? "warning" : "success"](t("oneKey.result", { offered: got.offered ?? 0, refused: got.refused ?? 0 }));
      reload();
    });
  };
  const may = can("assignments.dispatch") && proposal.state !== CLOSED && waiting.length > 0;
  const refusals = answer?.outcomes?.filter((each) => each.refusal) ?? [];
  const lineName = (number: number | undefined) => { const line = lines.find((each) => each.number === number); return unitName(line?.unit, line?.unitDisplayName); };
  const mark = (line: number, chosen: Mark | undefined) => setMarks((before) => { const next = new Map(before); if (chosen) next.set(line, chosen); else next.delete(line); return next; });
  const acts: Acts = { refused, marks, unitName, one: may ? (line) => void press([line]) : undefined, mark: again && waiting.length ? mark : undefined };
  return (
    <div data-testid="allocation-lines">
      {problem && <div style={{ marginBottom: 8 }}><ProblemBox problem={problem} again={reload} /></div>}
      {lines.length ? null : <Alert type="info" showIcon title={t("allocation.noLines")} />}
      <Table
        size="small" rowKey="number" dataSource={lines} columns={columns(said, acts)} pagination={{ pageSize: 15, hideOnSinglePage: true, showSizeChanger: false }} tableLayout="fixed"
        rowSelection={may ? { columnWidth: 36, selectedRowKeys: picked, onChange: (keys) => setLeft(waiting.map((each) => each.number ?? 0).filter((each) => !keys.includes(each))), getCheckboxProps: (row) => ({ disabled: Boolean(row.assignment) }) } : undefined}
      />
      {answer && (
        <Alert
          type={refusals.length ? "warning" : "success"} showIcon closable style={{ marginTop: 8 }} data-testid="outcomes" title={t("oneKey.result", { offered: answer.offered ?? 0, refused: answer.refused ?? 0 })}
          description={refusals.length ? refusals.map((each) => <div key={each.number}>{headed(lineName(each.number), each.refusal?.[said] ?? "")}</div>) : undefined}
        />
      )}
      <Space wrap style={{ marginTop: 8 }}>
        {may && <Button type="primary" loading={busy} disabled={!picked.length} onClick={() => void press(picked)} data-testid="commit">{t("allocation.commit", { count: picked.length })}</Button>}
        {may && <span>{t("allocation.within")} <InputNumber size="small" min={0.5} max={60} value={within} onChange={(value) => setWithin(value ?? ANSWER_MINUTES)} style={{ width: 64 }} /> {t("allocation.minutes")}</span>}
        {again && marks.size > 0 && <Button onClick={() => again(changed(proposal.spec ?? {}, lines, marks))} data-testid="recompute">{t("allocation.recompute", { count: marks.size })}</Button>}
      </Space>
    </div>
  );
}
