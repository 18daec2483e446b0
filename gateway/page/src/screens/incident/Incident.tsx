/** One incident: what is known, what must be reported, what is being done, by whom. */

import { Button, Card, Space, Tabs } from "antd";
import { useMemo } from "react";
import { get } from "../../api/client";
import { MapView } from "../../map/MapView";
import { eventName, regionName } from "../../map/reference";
import { Commands } from "../../parts/Commands";
import { Loaded } from "../../parts/problem";
import { GradeTag, StateTag } from "../../parts/tags";
import { Age, timeText } from "../../parts/time";
import { go, pageOf } from "../../route";
import { useMe } from "../../session";
import { useLive } from "../../stream/live";
import { enumName, t } from "../../texts";
import type { Incident as Row } from "../situation/data";
import { incidentLayer, unitLayer } from "../situation/live_layers";
import { useUnits } from "../situation/data";
import { useRoadTools } from "../situation/road_tools";
import { CommandPosts } from "./CommandPosts";
import { Known } from "./Known";
import { Obligations } from "./Obligations";
import { Reports } from "./Reports";
import { Responses } from "./Responses";
import { Tasks } from "./Tasks";
import { Timeline } from "./Timeline";

function Head({ incident, reload }: { incident: Row; reload: () => void }) {
  const initial = { confirm: { eventCode: incident.eventCode, occurTime: incident.occurTime, facts: incident.facts }, updateFacts: { facts: incident.facts, title: incident.title, nature: incident.nature, address: incident.address } };
  return (
    <>
      <div className="page-head">
        <h2>
          {incident.title} <GradeTag level={incident.grade?.level} provisional={incident.grade?.provisional} /> <StateTag state={incident.state} />
          {incident.exerciseId && <span className="exercise">{t("exercise")} {incident.exerciseId}</span>}
        </h2>
        <Space wrap><Button onClick={() => go(`/replay/${incident.name}`)} data-testid="replay">⟲ {t("replay")}</Button><Commands resource={incident as never} initial={initial as never} onDone={reload} /></Space>
      </div>
      <div style={{ opacity: 0.8, marginBottom: 12 }}>
        {incident.number} · {eventName(incident.eventCode)} · {incident.address || regionName(incident.regionCode)} · {t("occurred")} {timeText(incident.occurTime)} · {t("received")} {timeText(incident.receiveTime)}（<Age since={incident.receiveTime} />） · {t("leadLevel")} {enumName(incident.leadLevel)}
      </div>
    </>
  );
}

function Place({ incident }: { incident: Row }) {
  const me = useMe();
  const units = useUnits();
  const own = useMemo(() => units.data?.filter((each) => each.incident === incident.name) ?? [], [units.data, incident.name]);
  const { location } = incident;
  const { lon, lat } = location ?? {};
  const focus = useMemo(() => (typeof lon === "number" && typeof lat === "number" ? { lon, lat } : undefined), [lon, lat]);
  const roads = useRoadTools({ incident: incident.name, place: focus, units: own });
  const data = useMemo(() => ({ ...roads.layers, incidents: incidentLayer([incident]), units: unitLayer(own) }), [incident, own, roads.layers]);
  const select = (name: string) => roads.onSelect(name) || (name !== incident.name && pageOf(name) && go(pageOf(name)!));
  return (
    <div style={{ height: 360, position: "relative" }}>
      <MapView district={me.district} data={data} focus={focus} onSelect={select} picking={roads.picking} hint={roads.hint} onPick={roads.onPick} />
      {roads.bar}
    </div>
  );
}

function Body({ incident, reload }: { incident: Row; reload: () => void }) {
  const name = incident.name ?? "";
  return (
    <div className="page">
      <Head incident={incident} reload={reload} />
      <div className="incident-grid">
        <div style={{ display: "grid", gap: 14 }}>
          <Card size="small"><Known incident={incident} /></Card>
          <Card size="small" title={t("obligations")}><Obligations incident={name} /></Card>
          <Card size="small" styles={{ body: { paddingTop: 4 } }}>
            <Tabs
              items={[
                { key: "tasks", label: t("tasks"), children: <Tasks incident={incident} /> },
                { key: "reports", label: t("reports"), children: <Reports incident={incident} /> },
                { key: "responses", label: t("responses"), children: <Responses incident={name} /> },
                { key: "command", label: t("command"), children: <CommandPosts incident={incident} /> },
              ]}
            />
          </Card>
        </div>
        <div style={{ display: "grid", gap: 14 }}>
          <Card size="small" styles={{ body: { padding: 0 } }}><Place incident={incident} /></Card>
          <Card size="small" title={t("timeline")}><Timeline incident={name} /></Card>
        </div>
      </div>
    </div>
  );
}

export function Incident({ name }: { name: string }) {
  const live = useLive(name, () => get<Row>(`/${name}`), ["incidents", "reports", "obligations"]);
  return <Loaded live={live}>{(incident) => <Body incident={incident} reload={live.reload} />}</Loaded>;
}
