/** The map's signs, drawn here: a coloured shape with one Chinese character, so that no sprite has to be fetched. */

import type { Map as MapLibre } from "maplibre-gl";

const SIZE = 56;
const FACILITIES: Record<string, [string, string]> = {
  hospital: ["医", "#c0392b"], school: ["学", "#7d6608"], fire_station: ["消", "#b03a2e"], chemical_plant: ["危", "#9c640c"], reservoir: ["库", "#1f618d"], rain_gauge: ["雨", "#1f618d"],
  gully: ["沟", "#1f618d"], shelter: ["避", "#1e6b45"], store: ["储", "#5b4a91"],
};
/** Colour of a unit by its state. */
export const UNIT_COLOUR: Record<string, string> = {
  available: "#52c41a", alerted: "#fadb14", assigned: "#13c2c2", en_route: "#1677ff", on_scene: "#2f54eb", working: "#722ed1", resting: "#8c8c8c", returning: "#36cfc9", off_duty: "#595959",
  lost_contact: "#ff4d4f", out_of_service: "#434343",
};
/** Border of a unit whose position is old: nobody knows where it is now. */
const STALE_COLOUR = "#ffc53d";
const SHELTER_COLOUR: Record<string, string> = { open: "#52c41a", full: "#ff4d4f", preparing: "#fadb14" };

/** The sign of a unit: where it is, or where it was, or that nothing is heard of it. */
export function unitIcon(state: string, stale: boolean): string {
  return `unit-${state}${stale ? "-stale" : ""}`;
}

function sign(character: string, colour: string, shape: "round" | "square" | "tip", old = false): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = colour;
  pen.strokeStyle = old ? STALE_COLOUR : "#ffffff";
  pen.lineWidth = old ? 5 : 3;
  pen.setLineDash(old ? [7, 5] : []);
  pen.beginPath();
  if (shape === "round") pen.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 3, 0, 2 * Math.PI);
  else if (shape === "square") pen.roundRect(4, 4, SIZE - 8, SIZE - 8, 8);
  else {
    pen.moveTo(SIZE / 2, 2);
    pen.lineTo(SIZE - 3, SIZE - 6);
    pen.lineTo(3, SIZE - 6);
    pen.closePath();
  }
  pen.globalAlpha = old ? 0.45 : 1;
  pen.fill();
  pen.globalAlpha = 1;
  pen.stroke();
  pen.fillStyle = "#ffffff";
  pen.font = `bold ${shape === "tip" ? 24 : 30}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(character, SIZE / 2, shape === "tip" ? SIZE * 0.66 : SIZE * 0.53);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

/** The tip of an arrow that points north. */
function tip(): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "#ffd666";
  pen.strokeStyle = "#0b1422";
  pen.lineWidth = 4;
  pen.beginPath();
  pen.moveTo(SIZE / 2, 2);
  pen.lineTo(SIZE * 0.86, SIZE - 8);
  pen.lineTo(SIZE / 2, SIZE * 0.68);
  pen.lineTo(SIZE * 0.14, SIZE - 8);
  pen.closePath();
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}

/** Give the map its signs. */
export function addIcons(map: MapLibre): void {
  const add = (name: string, image: ImageData) => void (map.hasImage(name) || map.addImage(name, image));
  for (const [kind, [character, colour]] of Object.entries(FACILITIES)) add(`facility-${kind}`, sign(character, colour, "square"));
  for (const [state, colour] of Object.entries(UNIT_COLOUR)) {
    const character = state === "lost_contact" ? "失" : "队";
    for (const stale of [false, true]) add(unitIcon(state, stale), sign(character, colour, "tip", stale));
  }
  for (const state of ["open", "full", "preparing", "other"]) add(`shelter-${state}`, sign("避", SHELTER_COLOUR[state] ?? "#2f6b4f", "round"));
  add("move-tip", tip());
  add("store", sign("储", "#7a5cc9", "square"));
}
