/** Tools on a map for roads: draw what is closed, look at what is closed, show what is reached and how units get there. */

import { Button, Dropdown, Space } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import type { LiveData, Place } from "../../map/MapView";
import { draftOf } from "../../parts/inputs";
import { ProblemBox } from "../../parts/problem";
import { useCan } from "../../session";
import { t } from "../../texts";
import { language } from "../../texts/language";
import { ClosureCard, ClosureForm, type Shape } from "./ClosureForm";
import type { UnitStatus } from "./data";
import { circle, closureLayer, metres, reachLayer, useClosures, useReach, useWays, wayLayer, wayText } from "./road_layers";

type Mode = "area" | "circle" | "reach";
const LEAST_CORNERS = 3;
const NOBODY: UnitStatus[] = [];

interface Around {
  /** The incident that the map is about. */
  incident?: string;
  place?: Place;
  /** Its units. */
  units?: UnitStatus[];
  /** Another tool of the same map: its button, and what it shows. */
  button?: ReactNode;
  panel?: ReactNode;
}

export interface RoadTools {
  layers: LiveData;
  picking: boolean;
  hint?: string;
  onPick: (place: Place) => void;
  /** True when what was clicked is a closure. */
  onSelect: (name: string) => boolean;
  bar: ReactNode;
}

function draft(mode: Mode | undefined, points: Place[]): LiveData["draft"] {
  return draftOf(mode === "reach" ? [] : points, mode === "area");
}

/** Everything a map needs for roads; `bar` goes above it. */
export function useRoadTools({ incident, place, units = NOBODY, button, panel }: Around = {}): RoadTools {
  const can = useCan();
  const closures = useClosures();
  const [mode, setMode] = useState<Mode>();
  const [points, setPoints] = useState<Place[]>([]);
  const [shape, setShape] = useState<Shape>();
  const [from, setFrom] = useState<Place>();
  const [onWay, setOnWay] = useState(false);
  const [opened, setOpened] = useState("");
  const reach = useReach(from);
  const ways = useWays(units, onWay ? incident : undefined);
  const layers = useMemo(
    () => ({ closures: closureLayer(closures.data ?? []), reach: reachLayer(from && reach.data), route: wayLayer(onWay ? ways.data : undefined), draft: shape?.stretch ? ring(shape) : draft(shape?.area ? "area" : mode, points) }),
    [closures.data, reach.data, from, ways.data, onWay, mode, points, shape],
  );
  const stop = () => { setMode(undefined); setPoints([]); setShape(undefined); };
  const begin = (next: Mode) => { setPoints([]); setMode(next); };
  const onPick = (picked: Place) => {
    if (mode === "reach") {
      setFrom(picked);
      stop();
    } else if (mode === "circle" && points[0]) {
      setMode(undefined);
      setShape({ stretch: { points: [points[0]], radiusM: Math.max(1, Math.round(metres(points[0], picked))) } });
    } else setPoints([...points, picked]);
  };
  const finish = () => { setMode(undefined); setShape({ area: { points: [...points, points[0]!] } }); };
  const closure = closures.data?.find((each) => each.name === opened);
  const bar = can("roads.read") ? (
    <div className="map-tools" data-testid="road-tools">
      {mode ? <Drawing mode={mode} count={points.length} undo={() => setPoints(points.slice(0, -1))} finish={finish} stop={stop} /> : (
        <Space size={6} wrap>
          {can("roads.close") && <Dropdown trigger={["click"]} menu={{ items: (["area", "circle"] as const).map((each) => ({ key: each, label: t(`roads.${each}`), onClick: () => begin(each) })) }}><Button size="small" data-testid="close-roads">{t("roads.close")} ▾</Button></Dropdown>}
          <Button size="small" type={from ? "primary" : "default"} onClick={() => (from ? setFrom(undefined) : place ? setFrom(place) : begin("reach"))} data-testid="reach">◎ {t("roads.reach")}</Button>
          {incident && <Button size="small" type={onWay ? "primary" : "default"} disabled={!units.length || !place} onClick={() => setOnWay(!onWay)} data-testid="ways">⤳ {t("roads.ways")}</Button>}
          {button}
        </Space>
      )}
      {panel}
      {from && reach.problem && <ProblemBox problem={reach.problem} />}
      {from && reach.data && <div className="map-words">{reach.data.estimated && reach.data.travel?.source === "TRAVEL_SOURCE_ROADS" ? t("roads.offRoads") : reach.data.travel?.[language() === "zh" ? "zh" : "en"]}</div>}
      {onWay && ways.problem && <ProblemBox problem={ways.problem} />}
      {onWay && ways.data && <div className="map-words" data-testid="ways-list">{ways.data.map((each) => <div key={each.unit.unit}>{wayText(each)}</div>)}</div>}
      {shape && <ClosureForm shape={shape} incident={incident} close={stop} />}
      {closure && <ClosureCard closure={closure} close={() => setOpened("")} />}
    </div>
  ) : null;
  const hint = mode && t(mode === "circle" && points.length ? "roads.hint.edge" : `roads.hint.${mode}`);
  return { layers, picking: mode !== undefined, hint, onPick, bar, onSelect: (name) => name.startsWith("roadClosures/") && (setOpened(name), true) };
}

function ring(shape: Shape): LiveData["draft"] {
  const { lon = 0, lat = 0 } = shape.stretch?.points?.[0] ?? {};
  return { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [circle({ lon, lat }, shape.stretch?.radiusM ?? 0)] } }] };
}

function Drawing({ mode, count, undo, finish, stop }: { mode: Mode; count: number; undo: () => void; finish: () => void; stop: () => void }) {
  return (
    <Space size={6} wrap>
      {mode === "area" && <Button size="small" type="primary" disabled={count < LEAST_CORNERS} onClick={finish} data-testid="finish-area">{t("roads.finish")}</Button>}
      {mode !== "reach" && <Button size="small" disabled={!count} onClick={undo}>{t("polygon.undo")}</Button>}
      <Button size="small" onClick={stop}>{t("cancel")}</Button>
    </Space>
  );
}
