/** One proposal: how far it is, what it changes for each incident and area, its lines with their reasons; sent all or line by line. */

import { Alert, Button, Descriptions, Progress, Space } from "antd";
import { useEffect } from "react";
import { get, type Schemas } from "../../api/client";
import { Commands } from "../../parts/Commands";
import { Loaded } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { go } from "../../route";
import { useLive } from "../../stream/live";
import { t } from "../../texts";
import { language } from "../../texts/language";
import { percent } from "./Allocations";
import { Comparison } from "./Comparison";
import { Lines } from "./Lines";

export type Proposal = Schemas["dispatch.v1.AllocationProposal"];

const POLL_MS = 1000;
const RUNNING = ["ALLOCATION_STATE_QUEUED", "ALLOCATION_STATE_COMPUTING"];
const SHOWN = ["ALLOCATION_STATE_READY", "ALLOCATION_STATE_COMMITTED"];

export function Allocation({ name }: { name: string }) {
  const live = useLive(name, () => get<Proposal>(`/${name}`), ["allocationProposals"]);
  const running = RUNNING.includes(live.data?.state ?? "");
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(live.reload, POLL_MS); // progress is no fact of the stream
    return () => clearInterval(timer);
  }, [running, name]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div data-testid="allocation">
      <Button size="small" onClick={() => go("/incidents/allocations")} style={{ marginBottom: 8 }}>← {t("allocation.all")}</Button>
      <Loaded live={live}>{(proposal) => <Shown proposal={proposal} reload={live.reload} />}</Loaded>
    </div>
  );
}

function Shown({ proposal, reload }: { proposal: Proposal; reload: () => void }) {
  const said = language();
  const ready = SHOWN.includes(proposal.state ?? "");
  return (
    <Space direction="vertical" size={12} style={{ width: "100%" }}>
      <Space wrap>
        <StateTag state={proposal.state} />
        {RUNNING.includes(proposal.state ?? "") && <Progress percent={proposal.progress ?? 0} style={{ width: 260 }} />}
        <span>{proposal.message?.[said]}</span>
        <Commands resource={proposal as never} side={2} size="small" onDone={reload} />
      </Space>
      {ready && <Figures proposal={proposal} />}
      {ready && (proposal.gaps?.length ?? 0) > 0 && (
        <Alert type="warning" showIcon data-testid="gaps" title={t("allocation.gaps")} description={proposal.gaps?.map((each, at) => <div key={at}><b>{each.title}</b>：{each.reason?.[said]}</div>)} />
      )}
      {ready && <Lines proposal={proposal} reload={reload} />}
      {ready && <Comparison name={proposal.name ?? ""} />}
    </Space>
  );
}

function Figures({ proposal }: { proposal: Proposal }) {
  const said = language();
  return (
    <Descriptions
      size="small" bordered column={4}
      items={[
        { key: "covered", label: t("allocation.covered"), children: `${proposal.covered ?? 0} / ${proposal.wanted ?? 0}` },
        { key: "sent", label: t("allocation.sent"), children: proposal.sent ?? 0 },
        { key: "gap", label: t("allocation.gap"), children: <>{percent(proposal.gap)}{!proposal.complete && ` · ${t("allocation.incomplete")}`}</> },
        { key: "time", label: t("allocation.computed"), children: `${(proposal.computeS ?? 0).toFixed(1)} s · ${proposal.unitsConsidered ?? 0} × ${proposal.sitesConsidered ?? 0}` },
        { key: "travel", label: t("oneKey.travel"), span: 4, children: proposal.travel?.[said] },
      ]}
    />
  );
}
