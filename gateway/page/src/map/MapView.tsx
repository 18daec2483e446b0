/** A map of the district with our own layers; answers clicks, and lets a point be picked. */

import "maplibre-gl/dist/maplibre-gl.css";
import type { FeatureCollection } from "geojson";
import { type GeoJSONSource, type LngLatBoundsLike, Map as MapLibre, type MapMouseEvent, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Alert } from "antd";
import { useEffect, useRef, useState } from "react";
import { t } from "../texts";
import { addIcons } from "./icons";
import { boundaries, facilities, places, villages } from "./reference";
import { CLICKABLE, LIVE, style, type LiveLayer } from "./style";

setWorkerUrl(workerUrl);

export interface Place {
  lon: number;
  lat: number;
}

export type LiveData = Partial<Record<LiveLayer, FeatureCollection>>;

interface Properties {
  district: string;
  data?: LiveData;
  picking?: boolean;
  /** What a click is for while picking. */
  hint?: string;
  onPick?: (place: Place) => void;
  onSelect?: (name: string) => void;
  focus?: Place;
  /** Show all of these, instead of the whole district. */
  around?: Place[];
  /** Pixels at the left that something else lies on. */
  covered?: number;
}

const NONE: FeatureCollection = { type: "FeatureCollection", features: [] };

function extent(collection: FeatureCollection, code: string): LngLatBoundsLike | undefined {
  const own = collection.features.find((feature) => feature.properties?.code === code);
  if (!own || !("coordinates" in own.geometry)) return undefined;
  const flat = (own.geometry.coordinates as unknown[]).flat(4) as number[];
  const lons = flat.filter((_, index) => index % 2 === 0);
  const lats = flat.filter((_, index) => index % 2 === 1);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

async function fill(map: MapLibre, district: string, whole: () => boolean): Promise<void> {
  const set = (name: string, data: FeatureCollection) => map.getSource<GeoJSONSource>(name)?.setData(data);
  const [borders, sites, settled, named] = await Promise.all([boundaries(), facilities(), villages(), places()]);
  for (const feature of borders.features) feature.properties = { ...feature.properties, own: feature.properties?.code === district };
  const bounds = extent(borders, district);
  if (bounds && whole()) map.fitBounds(bounds, { padding: 24, duration: 0 });
  set("boundaries", borders);
  set("facilities", sites);
  set("villages", settled);
  set("places", named);
}

function clicked(map: MapLibre, event: MapMouseEvent): string | undefined {
  const layers = CLICKABLE.filter((layer) => map.getLayer(layer));
  return map.queryRenderedFeatures(event.point, { layers })[0]?.properties.name as string | undefined;
}

/** The map. `data` replaces the live layers; `picking` turns a click into a point. */
export function MapView({ district, data, picking, hint, onPick, onSelect, focus, around, covered = 0 }: Properties) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre>(undefined);
  const [ready, setReady] = useState(false);
  const [failed, setFailed] = useState("");
  const acts = useRef({ picking, onPick, onSelect, focus, around });
  acts.current = { picking, onPick, onSelect, focus, around };

  useEffect(() => {
    if (!box.current) return undefined;
    let made: MapLibre;
    try {
      made = new MapLibre({ container: box.current, style, center: [106.38, 39.05], zoom: 9, attributionControl: false, dragRotate: false, maxPitch: 0, fadeDuration: 0 });
    } catch (error) {
      setFailed(String(error));
      return undefined;
    }
    map.current = made;
    made.addControl(new NavigationControl({ showCompass: false }), "top-right");
    made.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    made.on("load", () => {
      addIcons(made);
      setReady(true);
      fill(made, district, () => !acts.current.focus && !acts.current.around?.length).catch((error: unknown) => setFailed(String(error)));
    });
    made.on("click", (event) => {
      const { picking: pick, onPick: picked, onSelect: select } = acts.current;
      if (pick) return picked?.({ lon: Number(event.lngLat.lng.toFixed(6)), lat: Number(event.lngLat.lat.toFixed(6)) });
      const name = clicked(made, event);
      if (name) select?.(name);
    });
    made.on("mousemove", (event) => {
      made.getCanvas().style.cursor = acts.current.picking ? "crosshair" : clicked(made, event) ? "pointer" : "";
    });
    const size = new ResizeObserver(() => made.resize());
    size.observe(box.current);
    return () => {
      drawn.current = {};
      size.disconnect();
      made.remove();
    };
  }, [district]);

  const drawn = useRef<LiveData>({});
  useEffect(() => {
    if (!ready) return;
    for (const layer of LIVE) {
      if (drawn.current[layer] === data?.[layer]) continue; // drawing a thousand units again takes time
      drawn.current[layer] = data?.[layer];
      map.current?.getSource<GeoJSONSource>(layer)?.setData(data?.[layer] ?? NONE);
    }
  }, [data, ready]);

  useEffect(() => {
    if (ready && focus) map.current?.easeTo({ center: [focus.lon, focus.lat], zoom: Math.max(map.current.getZoom(), 11.5) });
  }, [focus?.lon, focus?.lat, ready]); // eslint-disable-line react-hooks/exhaustive-deps

  const frame = around?.length ? [Math.min(...around.map((each) => each.lon)), Math.min(...around.map((each) => each.lat)), Math.max(...around.map((each) => each.lon)), Math.max(...around.map((each) => each.lat))].join() : "";
  useEffect(() => {
    if (ready && frame) map.current?.fitBounds(frame.split(",").map(Number) as [number, number, number, number], { padding: { top: 48, right: 48, bottom: 48, left: 48 + covered }, duration: 0, maxZoom: 14 });
  }, [frame, ready]); // eslint-disable-line react-hooks/exhaustive-deps

  return (
    <div style={{ position: "relative", width: "100%", height: "100%", minHeight: 200 }} data-testid="map">
      <div ref={box} style={{ position: "absolute", inset: 0 }} />
      {picking && <div className="map-hint">{hint ?? t("map.pick")}</div>}
      {failed && <Alert type="warning" showIcon title={t("map.failed")} description={failed} style={{ position: "absolute", inset: 16, height: "fit-content" }} />}
      <div className="map-note">{t("map.note")}</div>
    </div>
  );
}
