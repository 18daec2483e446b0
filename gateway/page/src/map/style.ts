/** The map's style: only our own GeoJSON, no tiles, no glyph or sprite server. Dark, so that what is live stands out. */

import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";

const EMPTY = { type: "geojson" as const, data: { type: "FeatureCollection" as const, features: [] } };
export const LIVE = ["alerts", "incidents", "doubtful-units", "units", "shelters", "stores", "reach", "closures", "tracks", "trail", "route", "moves", "draft"] as const;
export type LiveLayer = (typeof LIVE)[number];

const SOURCES = ["boundaries", "facilities", "villages", "places", ...LIVE] as const;
const HALO = { "text-halo-color": "#0b1422", "text-halo-width": 1.4 };

/** Who is off duty is drawn small and faint, who is on the way above those who wait, who is lost above all. */
const RANK = ["coalesce", ["get", "rank"], 2] as ExpressionSpecification;
const IDLE = ["<", RANK, 1] as ExpressionSpecification;

/** Signs grow as one looks closer. */
const SIZE = ["interpolate", ["linear"], ["zoom"], 9, 0.32, 12, 0.6] as ExpressionSpecification;
const UNIT_SIZE = ["interpolate", ["linear"], ["zoom"], 9, ["case", IDLE, 0.18, 0.34], 12, ["case", IDLE, 0.4, 0.6]] as ExpressionSpecification;

const base: LayerSpecification[] = [
  { id: "background", type: "background", paint: { "background-color": "#0b1422" } },
  { id: "counties", type: "fill", source: "boundaries", paint: { "fill-color": ["case", ["==", ["get", "own"], true], "#17324d", "#101c2e"], "fill-opacity": 0.9 } },
  { id: "borders", type: "line", source: "boundaries", paint: { "line-color": ["case", ["==", ["get", "own"], true], "#5b9bd5", "#2c4360"], "line-width": ["case", ["==", ["get", "own"], true], 2, 1] } },
  { id: "gullies", type: "line", source: "facilities", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": "#3a7ca5", "line-width": 1.6, "line-dasharray": [3, 1] } },
  { id: "basins", type: "fill", source: "facilities", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#22577a", "fill-opacity": 0.5 } },
  { id: "villages", type: "circle", source: "villages", minzoom: 10, paint: { "circle-radius": 2.5, "circle-color": "#6c7f99" } },
  { id: "places", type: "circle", source: "places", maxzoom: 11, paint: { "circle-radius": 2.5, "circle-color": "#8ea3bf" } },
  { id: "facilities", type: "symbol", source: "facilities", minzoom: 9, filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": ["concat", "facility-", ["get", "kind"]], "icon-size": 0.38, "icon-padding": 0 } },
];

const live: LayerSpecification[] = [
  { id: "alerts", type: "fill", source: "alerts", paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.22 } },
  { id: "alert-edges", type: "line", source: "alerts", paint: { "line-color": ["get", "colour"], "line-width": 2, "line-dasharray": [2, 1] } },
  { id: "reach", type: "fill", source: "reach", paint: { "fill-color": "#36cfc9", "fill-opacity": 0.14 } },
  { id: "reach-edges", type: "line", source: "reach", paint: { "line-color": "#5cdbd3", "line-width": 1.5 } },
  { id: "closures", type: "fill", source: "closures", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.3 } },
  { id: "closure-edges", type: "line", source: "closures", paint: { "line-color": ["get", "colour"], "line-width": ["case", ["==", ["geometry-type"], "LineString"], 6, 2.5], "line-dasharray": [2, 1] } },
  { id: "tracks", type: "line", source: "tracks", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": ["get", "colour"], "line-width": 1.5, "line-opacity": 0.35 } },
  { id: "trail", type: "line", source: "trail", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": ["get", "colour"], "line-width": 3.5, "line-opacity": 0.9 } },
  { id: "route-casing", type: "line", source: "route", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": "#0b1422", "line-width": 7 } },
  { id: "route", type: "line", source: "route", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": "#69b1ff", "line-width": 3.5 } },
  { id: "move-casing", type: "line", source: "moves", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round" }, paint: { "line-color": "#0b1422", "line-width": 6 } },
  { id: "moves", type: "line", source: "moves", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round" }, paint: { "line-color": "#ffd666", "line-width": 3, "line-dasharray": [2, 1.4] } },
  { id: "draft-fill", type: "fill", source: "draft", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#ffd666", "fill-opacity": 0.2 } },
  { id: "draft-line", type: "line", source: "draft", paint: { "line-color": "#ffd666", "line-width": 2 } },
  { id: "draft-points", type: "circle", source: "draft", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "#ffd666", "circle-stroke-color": "#000", "circle-stroke-width": 1 } },
  { id: "stores", type: "symbol", source: "stores", layout: { "icon-image": "store", "icon-size": SIZE, "icon-allow-overlap": true } },
  { id: "shelters", type: "symbol", source: "shelters", layout: { "icon-image": ["get", "icon"], "icon-size": SIZE, "icon-allow-overlap": true } },
  { id: "units", type: "symbol", source: "units", filter: ["!", ["get", "doubtful"]], layout: { "symbol-sort-key": RANK, "icon-image": ["get", "icon"], "icon-size": UNIT_SIZE, "icon-allow-overlap": true }, paint: { "icon-opacity": ["case", IDLE, 0.55, 1] } },
  { id: "incident-halo", type: "circle", source: "incidents", paint: { "circle-radius": 20, "circle-color": ["get", "colour"], "circle-opacity": 0.25, "circle-stroke-color": ["get", "colour"], "circle-stroke-width": 1.5 } },
  { id: "incidents", type: "circle", source: "incidents", paint: { "circle-radius": 8, "circle-color": ["get", "colour"], "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
  { id: "doubtful-units", type: "symbol", source: "units", filter: ["get", "doubtful"] as never, layout: { "icon-image": ["get", "icon"], "icon-size": UNIT_SIZE, "icon-allow-overlap": true, "icon-anchor": "bottom" } },
  { id: "move-tips", type: "symbol", source: "moves", filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": "move-tip", "icon-size": 0.5, "icon-rotate": ["get", "bearing"], "icon-rotation-alignment": "map", "icon-anchor": "top", "icon-allow-overlap": true, "icon-ignore-placement": true } },
];

function label(id: string, source: string, field: string, size: number, colour: string, extra: Partial<LayerSpecification> = {}, offset: [number, number] = [0, 0.9]): LayerSpecification {
  return {
    id, type: "symbol", source,
    layout: { "text-field": ["get", field], "text-size": size, "text-font": ["sans-serif"], "text-anchor": "top", "text-offset": offset, "text-padding": 4 },
    paint: { "text-color": colour, ...HALO },
    ...extra,
  } as LayerSpecification;
}

/** Sides of a sign on which its label may stand, when another stands where it would. */
const AROUND: ("top" | "left" | "right" | "bottom" | "top-left" | "top-right" | "bottom-left" | "bottom-right")[] = ["top", "left", "right", "bottom", "bottom-left", "bottom-right", "top-left", "top-right"];

const labels: LayerSpecification[] = [
  label("county-names", "boundaries", "name", 13, "#7f95b2", { maxzoom: 12 }, [0, 0]),
  label("place-names", "places", "label", 11, "#9fb3cc", { maxzoom: 10.5 }),
  label("village-names", "villages", "label", 11, "#9fb3cc", { minzoom: 11.2 }),
  label("facility-names", "facilities", "name_zh", 11, "#b7c7db", { minzoom: 11.5, filter: ["==", ["geometry-type"], "Point"] }, [0, 1.1]),
  label("alert-names", "alerts", "label", 13, "#ffe58f", {}, [0, 0]),
  label("closure-names", "closures", "label", 12, "#ffa39e", {}, [0, 0]),
  label("reach-names", "reach", "label", 12, "#87e8de", { layout: { "text-field": ["get", "label"], "text-size": 12, "text-font": ["sans-serif"], "symbol-placement": "line" } }),
  label("route-names", "route", "label", 12, "#91caff", { layout: { "text-field": ["get", "label"], "text-size": 12, "text-font": ["sans-serif"], "symbol-placement": "line-center" } }),
  label("move-names", "moves", "label", 12, "#ffe58f", { filter: ["==", ["geometry-type"], "LineString"], layout: { "text-field": ["get", "label"], "text-size": 12, "text-font": ["sans-serif"], "symbol-placement": "line-center", "text-offset": [0, -0.8] } }),
  label("unit-names", "units", "label", 11, "#d9f7be", { minzoom: 11.5, filter: ["!", ["any", ["get", "doubtful"], ["has", "always"], IDLE]] as never }, [0, 1]),
  label("idle-unit-names", "units", "label", 10, "#8c9bb0", { minzoom: 13, filter: IDLE as never }, [0, 1]),
  label("replayed-unit-names", "units", "label", 12, "#d9f7be", { filter: ["all", ["has", "always"], ["!", ["get", "doubtful"]]] as never, layout: { "text-field": ["get", "label"], "text-size": 12, "text-font": ["sans-serif"], "text-variable-anchor": AROUND, "text-radial-offset": 1.1, "text-padding": 2, "text-justify": "auto" } }),
  label("doubtful-unit-names", "units", "label", 12, "#ffc53d", { filter: ["get", "doubtful"] as never, layout: { "text-field": ["get", "label"], "text-size": 12, "text-font": ["sans-serif"], "text-variable-anchor": AROUND, "text-radial-offset": 0.9, "text-padding": 2, "text-justify": "auto", "symbol-sort-key": ["case", ["coalesce", ["get", "lost"], false], 0, 1] } }),
  label("incident-names", "incidents", "label", 13, "#ffffff", {}, [0, 1.6]),
];

/** Layers that answer a click. */
export const CLICKABLE = ["incidents", "units", "shelters", "stores", "closures", "alerts"];

/** The style of every map of the page. */
export const style: StyleSpecification = {
  version: 8,
  sources: Object.fromEntries(SOURCES.map((name) => [name, EMPTY])),
  layers: [...base, ...live, ...labels],
};
