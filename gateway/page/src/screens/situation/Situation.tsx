/** 一张图: map, open incidents with their next deadline, the feed of facts, the figures that matter. */

import { Empty } from "antd";
import { useMemo, useState } from "react";
import { plainState } from "../../api/contract";
import { MapView, type Place } from "../../map/MapView";
import { Loaded } from "../../parts/problem";
import { go, pageOf } from "../../route";
import { useCan, useMe } from "../../session";
import { useNow } from "../../stream/clock";
import { t } from "../../texts";
import { Counts } from "./Counts";
import { Facts } from "./Facts";
import { IncidentCard } from "./IncidentCard";
import { alertLayer, incidentLayer, shelterLayer, storeLayer, unitLayer } from "./live_layers";
import { useRoadTools } from "./road_tools";
import { useStandby } from "./standby";
import { howMany, useOpenIncidents, useOpenObligations, useRegister, useUnits, type Obligation } from "./data";

/** More cards nobody reads beside a map; the rest is a click away. */
const MOST_CARDS = 100;
/** So wide is what lies above the left of the map. */
const PANEL_PX = 430;

/** The next deadline of each incident. */
export function nextDue(obligations: Obligation[] | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const { incident = "", dueTime } of obligations ?? []) if (dueTime && !(found.get(incident)! < dueTime)) found.set(incident, dueTime);
  return found;
}

export function Situation() {
  const me = useMe();
  const can = useCan();
  const [focus, setFocus] = useState<Place>();
  const incidents = useOpenIncidents();
  const obligations = useOpenObligations();
  const units = useUnits();
  const shelters = useRegister("shelters", "shelters.read");
  const stores = useRegister("stores", "stock.read");
  const alerts = useRegister("alerts", "alerts.read");
  const activations = useRegister("activations", "activations.read");
  const due = useMemo(() => nextDue(obligations.data), [obligations.data]);
  const inForce = useMemo(() => alerts.data?.filter((each) => plainState(each.state) === "published"), [alerts.data]);
  const now = Math.floor(useNow() / 60_000); // the order of a list need not change every second
  const standby = useStandby(units.data);
  const roads = useRoadTools({ button: standby.button, panel: standby.panel });
  const layers = {
    incidents: useMemo(() => incidentLayer(incidents.data ?? []), [incidents.data]),
    units: useMemo(() => unitLayer(units.data ?? []), [units.data]),
    shelters: useMemo(() => shelterLayer(shelters.data ?? []), [shelters.data]),
    stores: useMemo(() => storeLayer(stores.data ?? []), [stores.data]),
    alerts: useMemo(() => alertLayer(inForce ?? []), [inForce]),
  };
  const data = useMemo(() => ({ ...roads.layers, ...layers, moves: standby.layer }), [standby.layer, layers.incidents, layers.units, layers.shelters, layers.stores, layers.alerts, roads.layers]); // eslint-disable-line react-hooks/exhaustive-deps
  const select = (name: string) => {
    if (roads.onSelect(name)) return;
    const page = pageOf(name);
    if (page) go(page);
  };
  return (
    <div className="situation" data-minute={now}>
      <div className="counts"><Counts units={units.data} obligations={obligations.data} alerts={alerts.problem ? undefined : inForce} activations={activations.data} incidents={incidents.data} /></div>
      <div className="map"><MapView district={me.district} data={data} onSelect={select} focus={focus} around={standby.around} covered={standby.panel ? PANEL_PX : 0} picking={roads.picking} hint={roads.hint} onPick={roads.onPick} />{roads.bar}</div>
      <div className="side">
        <section className="panel" style={{ flex: 1.25 }}>
          <h3>
            {t("situation.incidents")} {incidents.data && `(${howMany(incidents.data)})`}
            {can("incidents.register") && <a onClick={() => go("/incidents/register")} data-testid="register">＋ {t("incident.register")}</a>}
          </h3>
          <div className="scroll" data-testid="incidents">
            <Loaded live={incidents} empty={t("situation.noIncidents")}>
              {(rows) => (
                <>
                  {rows.slice(0, MOST_CARDS).map((each) => <IncidentCard key={each.name} incident={each} due={due.get(each.name ?? "")} onFocus={setFocus} />)}
                  {rows.length > MOST_CARDS && <a onClick={() => go("/incidents")}>{t("situation.others", { count: rows.length - MOST_CARDS })}</a>}
                </>
              )}
            </Loaded>
          </div>
        </section>
        <section className="panel">
          <h3>{t("situation.facts")}</h3>
          <div className="scroll" data-testid="facts"><Facts empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("situation.noFacts")} />} /></div>
        </section>
      </div>
    </div>
  );
}
