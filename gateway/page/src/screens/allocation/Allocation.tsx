/** One proposal: how far it is, what it changes for each incident and area, its lines with their reasons; sent all or line by line. */

import { Alert, Button, Descriptions, Progress, Space, Tag } from "antd";
import { useEffect, useState } from "react";
import { get, type Schemas } from "../../api/client";
import { Commands } from "../../parts/Commands";
import { Loaded } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { Named } from "../../parts/Named";
import { go } from "../../route";
import { useCan } from "../../session";
import { useLive } from "../../stream/live";
import { capabilityName, t } from "../../texts";
import { language } from "../../texts/language";
import { percent } from "./Allocations";
import { Asked } from "./Asked";
import { Comparison } from "./Comparison";
import { Lines } from "./Lines";
import { Propose } from "./Propose";
import type { Spec } from "./spec";

export type Proposal = Schemas["dispatch.v1.AllocationProposal"];

const POLL_MS = 1000;
const GAP = { marginInlineEnd: 6 };
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
  const can = useCan();
  const [like, setLike] = useState<Spec>();
  const ready = SHOWN.includes(proposal.state ?? "");
  const again = can("allocations.propose") ? setLike : undefined;
  return (
    <Space direction="vertical" size={12} style={{ width: "100%" }}>
      <Space wrap>
        <StateTag state={proposal.state} />
        {RUNNING.includes(proposal.state ?? "") && <Progress percent={proposal.progress ?? 0} style={{ width: 260 }} />}
        <span>{proposal.message?.[said]}</span>
        {again && !RUNNING.includes(proposal.state ?? "") && <Button size="small" onClick={() => again(proposal.spec ?? {})} data-testid="again">{t("allocation.again")}</Button>}
        <Commands resource={proposal as never} side={2} size="small" onDone={reload} />
      </Space>
      {ready && <Figures proposal={proposal} />}
      <Asked spec={proposal.spec ?? {}} />
      {ready && (proposal.gaps?.length ?? 0) > 0 && <Gaps gaps={proposal.gaps ?? []} />}
      {ready && <Lines proposal={proposal} reload={reload} again={again} />}
      {ready && <Comparison name={proposal.name ?? ""} />}
      {like && <Propose from={like} region={proposal.regionCode} close={() => setLike(undefined)} />}
    </Space>
  );
}

/** What is missing, with why. */
function Gaps({ gaps }: { gaps: NonNullable<Proposal["gaps"]> }) {
  const said = language();
  const line = (each: (typeof gaps)[number]) => (
    <>
      <b>{each.title}</b>{each.incident && <> · <Named name={each.incident} /></>}　{t("allocation.missing", { what: capabilityName(each.code) === "—" ? t("oneKey.any") : capabilityName(each.code), count: each.missing ?? 0, could: each.could ?? 0 })}　{each.reason?.[said]}
    </>
  );
  return <Alert type="warning" showIcon data-testid="gaps" title={t("allocation.gaps")} description={<div style={{ maxHeight: 180, overflow: "auto" }}>{gaps.map((each, at) => <div key={at}>{line(each)}</div>)}</div>} />;
}

/** How good it is, in plain words: the best there is, or by how much a better one could be better at most. */
function Quality({ proposal }: { proposal: Proposal }) {
  const whole = (value: number | undefined) => Math.round(value ?? 0).toLocaleString(language());
  if (proposal.proven) return <span data-testid="quality"><Tag color="success" style={GAP}>{t("allocation.proven")}</Tag>{t("allocation.proven.words", { cost: whole(proposal.objective) })}</span>;
  return (
    <span data-testid="quality">
      <Tag color="gold" style={GAP}>{t("allocation.bounded", { gap: percent(proposal.gap) })}</Tag>
      {t("allocation.bounded.words", { cost: whole(proposal.objective), bound: whole(proposal.bound) })}
      {!proposal.complete && ` ${t("allocation.incomplete")}`}
    </span>
  );
}

function Figures({ proposal }: { proposal: Proposal }) {
  const { travel, spec, warm } = proposal;
  const roads = travel?.source === "TRAVEL_SOURCE_ROADS";
  const items = [
    { key: "covered", label: t("allocation.covered"), children: `${proposal.covered ?? 0} / ${proposal.wanted ?? 0}` },
    { key: "sent", label: t("allocation.sent"), children: t("allocation.ofUnits", { sent: proposal.sent ?? 0, units: proposal.unitsConsidered ?? 0 }) },
    { key: "model", label: t("allocation.model"), children: t(spec?.model === "ALLOCATION_MODEL_SLOT" ? "allocation.model.slot" : "allocation.model.cover") },
    { key: "time", label: t("allocation.computed"), children: <>{t("allocation.computedWords", { seconds: (proposal.computeS ?? 0).toFixed(1), sites: proposal.sitesConsidered ?? 0 })}{warm && <Tag style={{ marginInlineStart: 6 }}>{t("allocation.warm")}</Tag>}</> },
    { key: "gap", label: t("allocation.quality"), span: 4, children: <Quality proposal={proposal} /> },
    { key: "travel", label: t("oneKey.travel"), span: 4, children: <><Tag color={roads ? "blue" : "gold"} style={GAP}>{t(roads ? "travel.roads" : "travel.estimate")}</Tag>{travel?.[language()]}</> },
  ];
  return <Descriptions size="small" bordered column={4} items={items} />;
}
