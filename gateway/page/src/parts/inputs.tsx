/** Form inputs for the contract's own kinds: places, areas, regions, event codes, references to other resources. */

import { Button, Select, Space, Typography } from "antd";
import { useEffect, useMemo, useState } from "react";
import type { FeatureCollection } from "geojson";
import { listed, MOST_ROWS, type Resource } from "../api/client";
import { MapView, type Place } from "../map/MapView";
import { divisions, eventTypes } from "../map/reference";
import { useMe } from "../session";
import { t } from "../texts";
import { language } from "../texts/language";

interface Held<T> {
  value?: T;
  onChange?: (value: T | undefined) => void;
  id?: string;
}

/** What is being drawn, as the map shows it. */
export function draftOf(points: Place[], closed = false): FeatureCollection {
  const ring = points.map((point) => [point.lon, point.lat]);
  const features: FeatureCollection["features"] = points.map((point) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [point.lon, point.lat] } }));
  if (closed && ring.length > 2) features.push({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...ring, ring[0]!]] } });
  else if (ring.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring } });
  return { type: "FeatureCollection", features };
}

/** A point, picked on a small map. */
export function PointInput({ value, onChange }: Held<Place>) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const data = useMemo(() => ({ draft: draftOf(value ? [value] : []) }), [value]);
  return (
    <>
      <Space>
        <Button onClick={() => setOpen(!open)}>{t(open ? "map.hide" : "map.choose")}</Button>
        <Typography.Text>{value ? `${value.lon.toFixed(5)}, ${value.lat.toFixed(5)}` : t("map.noPoint")}</Typography.Text>
        {value && <Button type="link" onClick={() => onChange?.(undefined)}>{t("clear")}</Button>}
      </Space>
      {open && (
        <div style={{ height: 280, marginTop: 8 }}>
          <MapView district={me.district} data={data} picking onPick={(place) => onChange?.(place)} focus={value} />
        </div>
      )}
    </>
  );
}

/** A closed ring, drawn point by point on a map. */
export function PolygonInput({ value, onChange }: Held<{ points: Place[] }>) {
  const me = useMe();
  const points = useMemo(() => value?.points.slice(0, -1) ?? [], [value]);
  const data = useMemo(() => ({ draft: draftOf(points, true) }), [points]);
  const set = (next: Place[]) => onChange?.(next.length ? { points: [...next, next[0]!] } : undefined);
  return (
    <>
      <div style={{ height: 320 }}>
        <MapView district={me.district} data={data} picking onPick={(place) => set([...points, place])} />
      </div>
      <Space style={{ marginTop: 6 }}>
        <Typography.Text>{t("polygon.points", { count: points.length })}</Typography.Text>
        <Button size="small" disabled={!points.length} onClick={() => set(points.slice(0, -1))}>{t("polygon.undo")}</Button>
        <Button size="small" disabled={!points.length} onClick={() => set([])}>{t("clear")}</Button>
      </Space>
    </>
  );
}

function useOptions(load: () => Promise<{ value: string; label: string }[]>, key: string) {
  const [options, setOptions] = useState<{ value: string; label: string }[]>();
  useEffect(() => {
    let wanted = true;
    load().then((found) => wanted && setOptions(found), () => wanted && setOptions([])); // a list that cannot be read leaves free text
    return () => void (wanted = false);
  }, [key]); // eslint-disable-line react-hooks/exhaustive-deps
  return options;
}

/** A division of the district, by name or code. */
export function RegionInput({ value, onChange, id }: Held<string>) {
  const { district } = useMe();
  const options = useOptions(async () => (await divisions()).filter((each) => each.code.startsWith(district)).map((each) => ({ value: each.code, label: `${each.name} ${each.code}` })), district);
  return <Select id={id} allowClear showSearch={{ optionFilterProp: "label" }} value={value} onChange={onChange} options={options} loading={!options} placeholder={t("choose")} />;
}

/** An event type, by name or code. */
export function EventInput({ value, onChange, id }: Held<string>) {
  const options = useOptions(async () => (await eventTypes()).filter((each) => each.level > 1).map((each) => ({ value: each.code, label: `${each.name} ${each.code}` })), "events");
  return <Select id={id} allowClear showSearch={{ optionFilterProp: "label" }} value={value} onChange={onChange} options={options} loading={!options} placeholder={t("choose")} />;
}

/** Fields that name another resource, and the collection they choose from. */
export const REFERENCES: Record<string, string> = {
  incident: "incidents", parent: "incidents", target: "incidents", cause: "incidents", task: "tasks", unit: "unitStatuses", store: "stores", sourceStore: "stores", toStore: "stores", item: "items",
  shelter: "shelters", plan: "plans", planVersion: "planVersions", activation: "activations", signal: "signals", shift: "shifts", successor: "shifts", team: "teams", callUp: "callUps", corrects: "reports",
  riskSource: "riskSources", reserveAgreement: "reserveAgreements", lot: "lots", experts: "experts", evacuationOrder: "evacuationOrders",
};

/** What a resource is called; in English by its English name where it has one. */
export function titleOf(resource: Resource): string {
  const profile = resource.profile as { displayName?: string } | undefined;
  const content = resource.content as { infos?: { headline?: string }[] } | undefined;
  const english = language() === "en" && resource.displayNameEn;
  const words = english || (resource.displayName ?? resource.title ?? resource.planTitle ?? resource.headline ?? content?.infos?.[0]?.headline ?? profile?.displayName ?? resource.number ?? resource.question ?? resource.org ?? resource.name);
  return String(words || resource.name);
}

/** A reference to another resource, chosen by its title. */
export function ReferenceInput({ value, onChange, id, field, many }: Held<string | string[]> & { field: string; many?: boolean }) {
  const collection = REFERENCES[field] ?? "";
  const options = useOptions(async () => {
    const { rows, more } = await listed<Resource>(`/${collection}`, {}, MOST_ROWS * 10);
    const found = rows.map((each) => ({ value: String(collection === "unitStatuses" ? each.unit : each.name), label: titleOf(each), disabled: false }));
    return more ? [...found, { value: "", label: t("list.first", { count: rows.length }), disabled: true }] : found;
  }, collection);
  return (
    <Select id={id} mode={many ? "multiple" : undefined} allowClear showSearch={{ optionFilterProp: "label" }} value={value} onChange={onChange} options={options} loading={!options} placeholder={t("choose")} notFoundContent={options ? t("nothing") : t("slow")} />
  );
}
