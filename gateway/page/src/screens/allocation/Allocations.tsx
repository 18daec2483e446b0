/** 力量分配方案: who goes where when several incidents compete for units; proposed by the solver, put into force by a person. */

import { Button, Progress } from "antd";
import { useState } from "react";
import type { Resource } from "../../api/client";
import { Board, type Column } from "../../parts/Board";
import { StateTag } from "../../parts/tags";
import { dayText } from "../../parts/time";
import { go } from "../../route";
import { useCan } from "../../session";
import { personName, t } from "../../texts";
import { Allocation } from "./Allocation";
import { Propose } from "./Propose";

const COLUMNS: Column[] = [
  { name: "createTime", width: 190, show: (row) => dayText(Date.parse(String(row.createTime))) },
  { name: "state", width: 220, show: (row) => <State row={row} /> },
  { name: "covered", label: t("allocation.covered"), width: 170, show: (row) => figured(row, `${String(row.covered ?? 0)} / ${String(row.wanted ?? 0)}`) },
  { name: "sent", label: t("allocation.sent"), width: 130, show: (row) => figured(row, String(row.sent ?? 0)) },
  { name: "gap", label: t("allocation.gap"), width: 220, show: (row) => percent(row.gap) },
  { name: "requester", show: (row) => personName(row.requester) },
];

const FIGURED = ["ALLOCATION_STATE_READY", "ALLOCATION_STATE_COMMITTED"];

/** A dash where nothing was computed. */
function figured(row: Resource, words: string): string {
  return FIGURED.includes(row.state ?? "") ? words : "—";
}

/** A share as per cent; a dash for none. */
export function percent(share: unknown): string {
  return typeof share === "number" ? `${(share * 100).toFixed(2)} %` : "—";
}

/** State, and how far the computation is. */
function State({ row }: { row: Resource }) {
  const running = row.state === "ALLOCATION_STATE_COMPUTING" || row.state === "ALLOCATION_STATE_QUEUED";
  return <><StateTag state={row.state} />{running && <Progress percent={Number(row.progress ?? 0)} size="small" style={{ width: 110, marginInlineStart: 8 }} />}</>;
}

export function Allocations({ id }: { id?: string }) {
  const can = useCan();
  const [asking, setAsking] = useState(false);
  if (id) return <Allocation key={id} name={`allocationProposals/${id}`} />;
  const ask = can("allocations.propose") && <Button type="primary" onClick={() => setAsking(true)} data-testid="propose">{t("allocation.propose")}</Button>;
  const open = (row: Resource) => go(`/incidents/allocations/${row.name?.split("/")[1] ?? ""}`);
  return (
    <>
      <Board collection="allocationProposals" columns={COLUMNS} empty={t("allocation.none")} onOpen={open} extra={ask} />
      {asking && <Propose close={() => setAsking(false)} />}
    </>
  );
}
