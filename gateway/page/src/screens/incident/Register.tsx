/** 接报: register an incident, with the place picked on the map and the report clocks told at once. */

import { Alert, App, Button, DatePicker, Form, Input, InputNumber, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useMemo, useState } from "react";
import { command, type Resource } from "../../api/client";
import { commandOf } from "../../api/contract";
import { MapView, type Place } from "../../map/MapView";
import { draftOf, EventInput, RegionInput } from "../../parts/inputs";
import { useSending } from "../../parts/sending";
import { ProblemBox } from "../../parts/problem";
import { spanText, wall, wire } from "../../parts/time";
import { go } from "../../route";
import { useMe } from "../../session";
import { now, useNow } from "../../stream/clock";
import { enumName, fieldName, headed, t } from "../../texts";

interface Values {
  title: string;
  source: string;
  eventCode?: string;
  occurTime?: Dayjs;
  occurTimePrecision?: string;
  receiveTime?: Dayjs;
  regionCode?: string;
  address?: string;
  reporter?: string;
  nature?: string;
  exerciseId?: string;
  facts?: Record<string, number | undefined>;
}

const FIGURES = ["dead", "missing", "injuredSerious", "injuredLight", "trapped", "evacuated"];
/** Clocks of 石政办/国务院 rules that run whatever the grade turns out to be: minutes after the occurrence (DOMAIN § 0.4). */
const CLOCKS = [30, 60, 120];

function Clocks({ occurred }: { occurred?: Dayjs }) {
  const time = useNow();
  if (!occurred) return <Alert type="info" showIcon title={t("clocks.unknown")} />;
  const start = Date.parse(wire(occurred));
  const left = CLOCKS.map((minutes) => {
    const rest = start + minutes * 60_000 - time;
    return headed(t("clocks.after", { minutes }), t(rest < 0 ? "due.over" : "due.left", { span: spanText(rest) }));
  });
  return <Alert type="info" showIcon title={t("clocks.title")} description={left.join("　")} />;
}

function body(values: Values, place: Place | undefined): Record<string, unknown> {
  const { occurTime, receiveTime, facts, ...rest } = values;
  const known = Object.fromEntries(Object.entries(facts ?? {}).filter(([, figure]) => figure !== undefined && figure !== null));
  const made = { ...rest, location: place, occurTime: occurTime && wire(occurTime), receiveTime: receiveTime && wire(receiveTime), facts: Object.keys(known).length ? known : undefined };
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined && value !== ""));
}

function options(name: string) {
  const field = commandOf("POST", "/incidents")?.fields.find((each) => each.name === name);
  return field?.values?.map((value) => ({ value, label: enumName(value) }));
}

function Fields() {
  const required = [{ required: true, message: t("required") }];
  return (
    <>
      <Form.Item name="title" label={fieldName("title")} rules={required}><Input autoFocus placeholder={t("register.title")} /></Form.Item>
      <div className="form-grid">
        <Form.Item name="source" label={fieldName("source")} rules={required}><Select options={options("source")} /></Form.Item>
        <Form.Item name="eventCode" label={fieldName("eventCode")}><EventInput /></Form.Item>
        <Form.Item name="occurTime" label={fieldName("occurTime")}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} /></Form.Item>
        <Form.Item name="occurTimePrecision" label={fieldName("occurTimePrecision")}><Select allowClear options={options("occurTimePrecision")} /></Form.Item>
        <Form.Item name="receiveTime" label={fieldName("receiveTime")}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} placeholder={t("register.nowIfEmpty")} /></Form.Item>
        <Form.Item name="reporter" label={fieldName("reporter")}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="address" label={fieldName("address")}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="regionCode" label={fieldName("regionCode")}><RegionInput /></Form.Item>
      </div>
      <Form.Item name="nature" label={fieldName("nature")}><Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} /></Form.Item>
      <div style={{ opacity: 0.7, marginBottom: 6 }}>{t("register.figures")}</div>
      <div className="form-row-fields">
        {FIGURES.map((name) => <Form.Item key={name} name={["facts", name]} label={fieldName(name)}><InputNumber min={0} precision={0} style={{ width: "100%" }} placeholder={t("unknownNumber")} /></Form.Item>)}
      </div>
      <Form.Item name="exerciseId" label={fieldName("exerciseId")} extra={t("register.exercise")}><Input autoComplete="off" /></Form.Item>
    </>
  );
}

export function Register() {
  const me = useMe();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const occurred = Form.useWatch("occurTime", form);
  const [place, setPlace] = useState<Place>();
  const { busy, problem, send } = useSending();
  const data = useMemo(() => ({ draft: draftOf(place ? [place] : []) }), [place]);
  const submit = async (values: Values) => {
    await send(async (key) => {
      const made = await command<Resource>("POST", "/incidents", body(values, place), key);
      message.success(t("register.done", { number: String(made.number ?? "") }));
      go(`/${made.name}`);
    });
  };
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(440px, 40%) minmax(0, 1fr)", height: "100%" }}>
      <div style={{ overflow: "auto", padding: 16 }}>
        <div className="page-head"><h2>{t("incident.register")}</h2></div>
        <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ source: "INCIDENT_SOURCE_PHONE", occurTime: wall(now()), occurTimePrecision: "TIME_PRECISION_ESTIMATED" }} data-testid="register-form">
          <Fields />
          <Clocks occurred={occurred} />
          <div className="sticky-bar">
            {problem && <div style={{ width: "100%" }}><ProblemBox problem={problem} /></div>}
            <Button type="primary" htmlType="submit" size="large" loading={busy} data-testid="submit">{t("incident.register")}</Button>
            <Button size="large" onClick={() => history.back()}>{t("cancel")}</Button>
            <span style={{ alignSelf: "center", opacity: 0.7 }}>{place ? `${place.lon.toFixed(5)}, ${place.lat.toFixed(5)}` : t("map.noPoint")}</span>
          </div>
        </Form>
      </div>
      <MapView district={me.district} data={data} picking onPick={setPlace} />
    </div>
  );
}
