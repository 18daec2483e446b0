/** Draft an alert: event, level, words in both languages, and the area drawn on the map. */

import { Button, DatePicker, Form, Input, Segmented, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useMemo, useState } from "react";
import { command, type Resource } from "../../api/client";
import { MapView, type Place } from "../../map/MapView";
import { draftOf, EventInput } from "../../parts/inputs";
import { useSending } from "../../parts/sending";
import { ProblemBox } from "../../parts/problem";
import { wall, wire } from "../../parts/time";
import { go } from "../../route";
import { useMe } from "../../session";
import { now } from "../../stream/clock";
import { fieldName, t, type Key } from "../../texts";

interface Values {
  eventCode: string;
  level: number;
  headline: string;
  headlineEn?: string;
  description?: string;
  instruction?: string;
  areaDescription?: string;
  effectiveTime?: Dayjs;
  expireTime?: Dayjs;
  channels?: string[];
  exerciseId?: string;
}

const LEVELS = [1, 2, 3, 4];
const HOURS = 6;
const HOUR_MS = 3_600_000;

function body(values: Values, points: Place[]): Record<string, unknown> {
  const ring = points.length ? [{ points: [...points, points[0]] }] : [];
  const infos = [{ language: "zh-CN", headline: values.headline, description: values.description ?? "", instruction: values.instruction ?? "" }];
  if (values.headlineEn) infos.push({ language: "en", headline: values.headlineEn, description: "", instruction: "" });
  const content = {
    eventCode: values.eventCode, level: values.level, infos, channels: values.channels ?? [],
    areas: [{ description: values.areaDescription ?? "", polygons: ring }],
    effectiveTime: values.effectiveTime && wire(values.effectiveTime), expireTime: values.expireTime && wire(values.expireTime),
  };
  return { content, ...(values.exerciseId ? { exerciseId: values.exerciseId, status: "ALERT_STATUS_EXERCISE" } : {}) };
}

function Fields() {
  const required = [{ required: true, message: t("required") }];
  const levels = LEVELS.map((level) => ({ value: level, label: t(`alertLevel.${level}` as Key) }));
  return (
    <>
      <Form.Item name="eventCode" label={fieldName("eventCode")} rules={required}><EventInput /></Form.Item>
      <Form.Item name="level" label={t("alert.level")} rules={required}><Segmented options={levels} /></Form.Item>
      <Form.Item name="headline" label={t("alert.headline")} rules={required}><Input /></Form.Item>
      <Form.Item name="headlineEn" label={t("alert.headlineEn")}><Input /></Form.Item>
      <Form.Item name="description" label={t("alert.description")}><Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} /></Form.Item>
      <Form.Item name="instruction" label={fieldName("instruction")}><Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} /></Form.Item>
      <div className="form-grid">
        <Form.Item name="effectiveTime" label={fieldName("effectiveTime")}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} /></Form.Item>
        <Form.Item name="expireTime" label={fieldName("expireTime")}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} /></Form.Item>
        <Form.Item name="areaDescription" label={fieldName("areaDescription")}><Input /></Form.Item>
        <Form.Item name="exerciseId" label={fieldName("exerciseId")}><Input /></Form.Item>
      </div>
      <Form.Item name="channels" label={fieldName("channels")} extra={t("alert.channels")}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
    </>
  );
}

export function Draft() {
  const me = useMe();
  const [form] = Form.useForm<Values>();
  const [points, setPoints] = useState<Place[]>([]);
  const { busy, problem, send } = useSending();
  const data = useMemo(() => ({ draft: draftOf(points, true) }), [points]);
  const submit = async (values: Values) => {
    await send(async (key) => {
      const made = await command<Resource>("POST", "/alerts", body(values, points), key);
      go(`/${made.name}`);
    });
  };
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(440px, 38%) minmax(0, 1fr)", height: "100%" }}>
      <div style={{ overflow: "auto", padding: 16 }}>
        <div className="page-head"><h2>{t("alert.new")}</h2></div>
        <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ level: 3, effectiveTime: wall(now()), expireTime: wall(now() + HOURS * HOUR_MS) }}>
          <Fields />
          <div className="sticky-bar">
            {problem && <div style={{ width: "100%" }}><ProblemBox problem={problem} /></div>}
            <Button type="primary" size="large" htmlType="submit" loading={busy}>{t("alert.save")}</Button>
            <Button size="large" onClick={() => go("/alerts")}>{t("cancel")}</Button>
            <span>{t("polygon.points", { count: points.length })}</span>
            <Button size="small" disabled={!points.length} onClick={() => setPoints(points.slice(0, -1))}>{t("polygon.undo")}</Button>
            <Button size="small" disabled={!points.length} onClick={() => setPoints([])}>{t("clear")}</Button>
          </div>
        </Form>
      </div>
      <MapView district={me.district} data={data} picking onPick={(place) => setPoints([...points, place])} />
    </div>
  );
}
