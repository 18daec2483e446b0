/** 待命力量调整建议: which idle units should wait elsewhere for the next call. Advice alone; nothing is sent from here. */

import { Alert, Button, Select, Space, Spin, Tag } from "antd";
import type { FeatureCollection } from "geojson";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { get } from "../../api/client";
import type { Place } from "../../map/MapView";
import { ProblemBox } from "../../parts/problem";
import { clockText } from "../../parts/time";
import { useCan } from "../../session";
import { now } from "../../stream/clock";
import { useLive, type Live } from "../../stream/live";
import { clauses, t } from "../../texts";
import { language } from "../../texts/language";
import { capabilitiesOf, commonest } from "../allocation/rules";
import type { UnitStatus } from "./data";
import { movesLayer, waysOf, type Move, type Standby } from "./standby_layer";

const MINUTE = 60;
const HUNDRED = 100;
const SECOND_MS = 1000;
const SLOW = 504;
const AGAIN_MS = 1500;
/** The reason that tells from where to where; the line above it does. */
const WAY = "REDEPLOY_MOVE";

interface Question {
  capability?: string;
  minutes: number;
  moves: number;
  /** Which press it is: the same may be asked again. */
  turn: number;
}

interface Answer {
  advice: Standby;
  at: number;
}

const USUAL: Question = { minutes: 8, moves: 3, turn: 0 };
const WITHIN = [5, 8, 10, 15, 20, 30, 45, 60];
const MOST = [1, 2, 3, 5, 10, 20];
const percent = (share: number | undefined, digits = 0) => `${((share ?? 0) * HUNDRED).toFixed(digits)} %`;
const minutes = (seconds: number | undefined) => Math.ceil((seconds ?? 0) / MINUTE);

function named(move: Move): string {
  return (language() === "en" && move.displayNameEn) || move.displayName || (move.unit ?? "");
}

/** The answer to a question; asked again while the first question after a start loads the solver. */
function useAnswer(question: Question | undefined): Live<Answer> {
  const load = async (): Promise<Answer> => {
    const { capability, minutes: within, moves } = question!;
    return { advice: await get<Standby>("/units:adviseRedeployment", { capability, standardS: within * MINUTE, moves }), at: now() };
  };
  const found = useLive(question && JSON.stringify(question), load, []);
  useEffect(() => {
    if (found.problem?.status !== SLOW) return undefined;
    const timer = setTimeout(found.reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [found.problem]); // eslint-disable-line react-hooks/exhaustive-deps
  return found;
}

/** How long it has been computed. */
function Computing() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => setSeconds(Math.floor((Date.now() - began) / SECOND_MS)), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return <div data-testid="standby-computing"><Spin size="small" />　{t("standby.computing", { seconds })}</div>;
}

function Row({ advice, move, show }: { advice: Standby; move: Move; show: (move: Move) => void }) {
  const said = language();
  const post = (at: number | undefined) => advice.posts?.[at ?? 0];
  const held = (at: number | undefined) => t("standby.held", { before: post(at)?.before ?? 0, after: post(at)?.after ?? 0 });
  return (
    <div className="standby-move" data-testid="standby-move" onClick={() => show(move)}>
      <b>{named(move)}</b> <Tag color="gold">{t("standby.drive", { minutes: minutes(move.driveS) })}</Tag><Tag title={t("standby.gain.hint")}>{t("standby.gain", { gain: percent(move.gain, 1) })}</Tag>
      <div>{post(move.fromPost)?.[said]} <small>{held(move.fromPost)}</small> → <b>{post(move.toPost)?.[said]}</b> <small>{held(move.toPost)}</small></div>
      <small>{clauses(move.reasons?.filter((each) => each.code !== WAY).map((each) => each[said]) ?? [])}</small>
    </div>
  );
}

/** What it is worth, in plain words. */
function Cover({ advice }: { advice: Standby }) {
  const { before, after, standardS, moves = [] } = advice;
  const figures = { minutes: Math.round((standardS ?? 0) / MINUTE), covered: percent(before?.covered), late: percent(before?.late, 1) };
  return (
    <div data-testid="standby-cover">
      {t("standby.now", figures)}{moves.length > 0 && <><br /><b>{t("standby.then", { covered: percent(after?.covered), late: percent(after?.late, 1) })}</b></>}
    </div>
  );
}

function Found({ answer: { advice, at }, show, most }: { answer: Answer; show: (move: Move) => void; most: number }) {
  const said = language();
  const { nothing, considered = 0, demand, travel } = advice;
  const moves = (advice.moves ?? []).slice(0, most);
  return (
    <div data-testid="standby-answer">
      {nothing ? <Alert type="info" showIcon title={nothing[said]} data-testid="standby-nothing" /> : moves.map((each) => <Row key={each.unit} advice={advice} move={each} show={show} />)}
      {considered > 0 && <Cover advice={advice} />}
      <small style={{ opacity: 0.75 }}>
        {t("standby.asOf", { time: clockText(at).slice(0, 5), count: considered })} {demand?.[said]}{said === "zh" ? "。" : ". "}
        <Tag color={travel?.source === "TRAVEL_SOURCE_ROADS" ? "blue" : "gold"}>{t(travel?.source === "TRAVEL_SOURCE_ROADS" ? "travel.roads" : "travel.estimate")}</Tag>{travel?.[said]}
      </small>
    </div>
  );
}

/** What may be asked otherwise; a change asks at once. */
function Ask({ question, ask, units }: { question: Question; ask: (question: Question) => void; units: UnitStatus[] | undefined }) {
  const codes = useMemo(() => capabilitiesOf(units), [units]);
  const change = (part: Partial<Question>) => ask({ ...question, ...part, turn: question.turn + 1 });
  return (
    <Space size={6} wrap>
      <Select size="small" showSearch={{ optionFilterProp: "label" }} options={codes} value={question.capability} onChange={(capability) => change({ capability })} placeholder={t("choose")} style={{ width: 128 }} data-testid="standby-capability" />
      <Select size="small" options={WITHIN.map((value) => ({ value, label: t("standby.within", { minutes: value }) }))} value={question.minutes} onChange={(within) => change({ minutes: within })} style={{ width: 118 }} />
      <Select size="small" options={MOST.map((value) => ({ value, label: t("standby.most", { count: value }) }))} value={question.moves} onChange={(moves) => change({ moves })} style={{ width: 112 }} />
    </Space>
  );
}

export interface StandbyTool {
  layer: FeatureCollection;
  /** Both ends of the move that is looked at. */
  around: Place[];
  button: ReactNode;
  panel: ReactNode;
}

const NOWHERE: Place[] = [];

/** The button, the answer beside the map, and its arrows on it. */
export function useStandby(units: UnitStatus[] | undefined): StandbyTool {
  const can = useCan();
  const [question, setQuestion] = useState<Question>();
  const [around, setAround] = useState(NOWHERE);
  const found = useAnswer(question);
  const ways = useMemo(() => {
    const places = new Map(units?.map((each) => [each.unit ?? "", each.location ?? each.home]));
    return waysOf(found.data?.advice, question?.moves ?? 0, (unit) => places.get(unit));
  }, [found.data]); // eslint-disable-line react-hooks/exhaustive-deps -- where they were when it was asked
  const layer = useMemo(() => movesLayer(ways, (move) => `${named(move)} · ${t("standby.drive", { minutes: minutes(move.driveS) })}`), [ways]);
  if (!can("assignments.dispatch")) return { layer, around, button: null, panel: null };
  const stop = () => { setQuestion(undefined); setAround(NOWHERE); };
  const show = (move: Move) => setAround(ways.flatMap((each) => (each.move === move ? [each.from, each.to] : [])));
  const button = <Button size="small" disabled={!units} type={question ? "primary" : "default"} onClick={() => (question ? stop() : setQuestion({ ...USUAL, capability: commonest(units) }))} data-testid="standby">⇄ {t("standby")}</Button>;
  const waiting = !found.data && (!found.problem || found.problem.status === SLOW);
  const panel = question && (
    <div className="standby" data-testid="standby-panel">
      <div className="standby-head">
        <b>{t("standby.title")}</b>
        <span><Button size="small" onClick={() => setQuestion({ ...question, turn: question.turn + 1 })} data-testid="standby-again">{t("standby.again")}</Button> <Button size="small" type="text" onClick={stop} aria-label={t("close")}>✕</Button></span>
      </div>
      <div style={{ opacity: 0.8 }}>{t("standby.only")}</div>
      <Ask question={question} ask={setQuestion} units={units} />
      {waiting ? <Computing /> : found.data ? <Found answer={found.data} show={show} most={question.moves} /> : found.problem && <ProblemBox problem={found.problem} again={found.reload} />}
    </div>
  );
  return { layer, around, button, panel };
}
