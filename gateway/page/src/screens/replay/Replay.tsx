/** 轨迹回放: where the units of an incident were, or where one unit was, at any moment of a span. */

import { Alert, Button, DatePicker, Space } from "antd";
import type { Dayjs } from "dayjs";
import { useMemo, useState } from "react";
import { get, list, type Resource, type Schemas } from "../../api/client";
import { MapView, type Place } from "../../map/MapView";
import { titleOf } from "../../parts/inputs";
import { Loaded } from "../../parts/problem";
import { wall, wire } from "../../parts/time";
import { go } from "../../route";
import { useMe } from "../../session";
import { now } from "../../stream/clock";
import { useLive } from "../../stream/live";
import { useUnitName } from "../../stream/units";
import { colon, factName, t } from "../../texts";
import { incidentLayer } from "../situation/live_layers";
import type { Incident } from "../situation/data";
import { Controls, usePlayer } from "./player";
import { Happenings, Units, type Happening } from "./Sides";
import { contactSteps, cornersOf, countUntil, readTracks, stateWord, thenLayer, trailLayer, wholeLayer, type Assignment, type Track } from "./tracks";

type Entry = Schemas["dispatch.v1.TimelineEntry"];
type Span = [number, number];

const DAY_MS = 86_400_000;
const MOST_FACTS = 500;
const WENT = ["acceptTime", "departTime", "arriveTime"] as const;

/** Everything a replay shows. */
interface Past {
  title: string;
  span: Span;
  tracks: Track[];
  happenings: Happening[];
  incident?: Incident;
}

function steps(tracks: Track[]): Happening[] {
  return tracks.flatMap((each) => each.steps.map(({ at, state }) => ({ at, text: stateWord(state), who: each.title }))).sort((one, other) => one.at - other.at);
}

const within = ([from, until]: Span) => (each: { at: number }) => each.at >= from && each.at <= until;

async function ofIncident(name: string, asked: Span | undefined): Promise<Past> {
  const [incident, assignments, entries] = await Promise.all([get<Incident>(`/${name}`), list<Assignment>("/assignments", { incident: name }), list<Entry>(`/${name}/timeline`, { pageSize: MOST_FACTS }, MOST_FACTS)]);
  const began = Math.min(...[incident.occurTime, incident.receiveTime].flatMap((each) => (each ? [Date.parse(each)] : [])), now());
  const span = asked ?? [began, incident.closeTime ? Date.parse(incident.closeTime) : now()];
  const gone = assignments.filter((each) => WENT.some((field) => each[field]) || ["ASSIGNMENT_STATE_OFFERED", "ASSIGNMENT_STATE_ACKNOWLEDGED"].includes(each.state ?? ""));
  const tracks = await readTracks(new Map(gone.map((each) => [each.unit ?? "", each.unitDisplayName || (each.unit ?? "")])), gone, span, contactSteps(entries));
  const happenings = entries.map((each) => ({ at: Date.parse(each.occurTime ?? ""), text: factName(each.type ?? ""), who: each.actor?.org ?? "" })).filter(within(span));
  return { title: incident.title ?? name, span, tracks, happenings, incident };
}

async function ofUnit(name: string, asked: Span | undefined): Promise<Past> {
  const [unit, assignments] = await Promise.all([get<Resource>(`/unitStatuses/${name.split("/")[1]}`), list<Assignment>("/assignments", { unit: name })]);
  const span = asked ?? [now() - DAY_MS, now()];
  const tracks = await readTracks(new Map([[name, titleOf(unit)]]), assignments.filter((each) => each.acceptTime), span);
  return { title: titleOf(unit), span, tracks, happenings: steps(tracks).filter(within(span)) };
}

/** From and until, changed by a person. */
function SpanPicker({ span, choose }: { span: Span; choose: (span: Span) => void }) {
  const changed = (picked: [Dayjs | null, Dayjs | null] | null) => {
    const [from, until] = (picked ?? []).map((each) => (each ? Date.parse(wire(each)) : 0));
    if (from && until && until > from) choose([from, until]);
  };
  return <DatePicker.RangePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" allowClear={false} value={[wall(span[0]), wall(span[1])]} onChange={changed} data-testid="replay-span" />;
}

function Shown({ past, choose }: { past: Past; choose: (span: Span) => void }) {
  const me = useMe();
  const unitName = useUnitName();
  const { span, happenings, incident } = past;
  const tracks = useMemo(() => past.tracks.map((each) => ({ ...each, title: unitName(each.unit, each.title) })), [past.tracks, unitName]);
  const first = Math.min(...tracks.flatMap((each) => each.spots.slice(0, 1).map((spot) => spot.at)), ...(incident ? happenings.slice(0, 1).map((each) => each.at) : []));
  const player = usePlayer(span[0], span[1], Number.isFinite(first) ? first : span[0]);
  const places = useMemo(() => { const { lon, lat } = incident?.location ?? {}; return typeof lon === "number" && typeof lat === "number" ? [{ lon, lat }] : []; }, [incident]);
  const around = useMemo((): Place[] => cornersOf(tracks, places), [tracks, places]);
  const still = useMemo(() => ({ tracks: wholeLayer(tracks), incidents: incidentLayer(incident ? [incident] : []) }), [tracks, incident]);
  const data = useMemo(() => ({ ...still, trail: trailLayer(tracks, player.time), units: thenLayer(tracks, player.time) }), [still, tracks, player.time]);
  const unseen = tracks.every((each) => !each.spots.length);
  return (
    <div className="replay">
      <div className="replay-head">
        <Space wrap><Button size="small" onClick={() => history.back()}>← {t("replay.back")}</Button><b style={{ fontSize: 16 }}>{t("replay")}{colon()}{incident ? <a onClick={() => go(`/${incident.name}`)}>{past.title}</a> : past.title}</b></Space>
        <SpanPicker span={span} choose={choose} />
      </div>
      <div className="replay-map">
        <MapView district={me.district} data={data} around={around} />
        {unseen && <Alert type="info" showIcon title={t("replay.nothing")} style={{ position: "absolute", left: 16, top: 16 }} data-testid="replay-nothing" />}
      </div>
      <aside className="replay-side">
        <h4>{t("units")} ({tracks.length})</h4>
        <div className="scroll"><Units tracks={tracks} time={player.time} seek={player.seek} /></div>
        <h4>{t("timeline")}</h4>
        <div className="scroll"><Happenings entries={happenings} past={countUntil(happenings, player.time)} seek={player.seek} /></div>
      </aside>
      <Controls player={player} from={span[0]} until={span[1]} />
    </div>
  );
}

export function Replay({ name }: { name: string }) {
  const [asked, setAsked] = useState<Span>();
  const load = () => (name.startsWith("incidents/") ? ofIncident(name, asked) : ofUnit(name, asked));
  const live = useLive(`${name} replay ${asked?.join() ?? ""}`, load, []);
  return <Loaded live={live}>{(past) => <Shown key={past.span.join()} past={past} choose={setAsked} />}</Loaded>;
}
