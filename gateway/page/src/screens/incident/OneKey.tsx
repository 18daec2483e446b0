/** 一键通: what is to be done, which units and why these, who is told; one press sends them all. */

import { Alert, App, Form, Input, Modal, Select, Switch, Table, Tag } from "antd";
import { useEffect, useMemo, useState } from "react";
import { command, post, type Schemas } from "../../api/client";
import { commandOf } from "../../api/contract";
import { useSending } from "../../parts/sending";
import { bodyStyle, ProblemBox, Waiting } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { useLive } from "../../stream/live";
import { useUnitName } from "../../stream/units";
import { enumName, fieldName, headed, reasonName, series, t } from "../../texts";
import { language } from "../../texts/language";
import type { Incident } from "../situation/data";
import { useUnits, type UnitStatus } from "../situation/data";
import { Advice, outside } from "./Advice";
import { filled, MannerLine, mannerOf, Needs, PLAIN, type Need } from "./Needs";
import type { Task } from "./Tasks";

type Answer = Schemas["dispatch.v1.DispatchOneKeyResponse"];
type Recommended = Schemas["dispatch.v1.RecommendUnitsResponse"];
type Candidate = Schemas["dispatch.v1.UnitCandidate"];

interface Values {
  kind?: string;
  title?: string;
  description?: string;
  lifeSaving?: boolean;
  needs?: Need[];
  notify?: string[];
  overrideReason?: string;
}

type Named = (unit: string | undefined, given?: string) => string;

const METRES = 1000;
const MINUTE = 60;
const SHOWN = 20;
const OTHERS = 3;
const SLOW = 504;
const AGAIN_MS = 1500;

function kinds() {
  const task = commandOf("POST", "/tasks")?.fields.find((each) => each.name === "task");
  return task?.fields?.find((each) => each.name === "kind")?.values?.map((value) => ({ value, label: enumName(value) }));
}

function Candidates({ rows, chosen, choose, named }: { named: Named; rows: Candidate[]; chosen: string[]; choose: (units: string[]) => void }) {
  return (
    <Table
      size="small" rowKey="unit" dataSource={rows} pagination={false} scroll={{ y: 240 }} data-testid="candidates"
      locale={{ emptyText: t("oneKey.noUnits") }}
      rowSelection={{ selectedRowKeys: chosen, onChange: (keys) => choose(keys.map(String)) }}
      columns={[
        { title: fieldName("unit"), width: 170, render: (_, row) => named(row.unit, row.displayName) },
        { title: fieldName("state"), width: 90, render: (_, row) => <StateTag state={row.state} /> },
        { title: t("distance"), width: 90, render: (_, row) => (row.distanceM === undefined ? "—" : `${(row.distanceM / METRES).toFixed(1)} km`) },
        { title: t("oneKey.travel"), width: 90, render: (_, row) => (row.travelS === undefined ? "—" : `${Math.ceil(row.travelS / MINUTE)} min`) },
        { title: t("oneKey.why"), render: (_, row) => <>{row.reasons?.map((each) => <Tag key={each} style={{ marginBottom: 2 }}>{reasonName(each)}</Tag>)}{row.positionStale && <Tag color="gold">{fieldName("stale")}</Tag>}</> },
      ]}
    />
  );
}

function resultWords(answer: Answer): string {
  return answer.outcomes?.length ? t("oneKey.result", { offered: answer.offered ?? 0, refused: answer.refused ?? 0 }) : t("oneKey.none.done");
}

function Outcome({ answer, named }: { answer: Answer; named: Named }) {
  const nobody = !answer.outcomes?.length;
  return (
    <>
      <Alert type={nobody || answer.refused ? "warning" : "success"} showIcon title={resultWords(answer)} description={nobody ? t("oneKey.none.words") : undefined} data-testid="one-key-result" />
      <ul>{answer.outcomes?.map((each) => <li key={each.unit}>{headed(named(each.unit), each.assignment ? t("oneKey.offered") : each.reason?.[language()] || reasonName(each.refusal ?? ""))}</li>)}</ul>
    </>
  );
}

function TaskFields({ units }: { units: UnitStatus[] | undefined }) {
  const required = [{ required: true, message: t("required") }];
  return (
    <>
      <div className="form-grid">
        <Form.Item name="title" label={fieldName("title")} rules={required}><Input /></Form.Item>
        <Form.Item name="kind" label={fieldName("kind")} rules={required}><Select options={kinds()} /></Form.Item>
        <Needs units={units} />
        <Form.Item name="lifeSaving" label={fieldName("lifeSaving")} valuePropName="checked"><Switch /></Form.Item>
      </div>
      <Form.Item name="description" label={fieldName("description")}><Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} /></Form.Item>
    </>
  );
}

export function OneKey({ incident, task, close, done }: { incident: Incident; task?: Task; close: () => void; done: () => void }) {
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<Values>();
  const needs = filled(Form.useWatch("needs", form));
  const units = useUnits();
  const [chosen, setChosen] = useState<string[]>();
  const [manner, setManner] = useState(PLAIN);
  const { busy, problem, send } = useSending();
  const [answer, setAnswer] = useState<Answer>();
  const question = { ...(task ? { task: task.name } : { incident: incident.name, needs }), ...mannerOf(manner), limit: SHOWN, alternatives: OTHERS };
  const found = useLive(JSON.stringify(question), () => post<Recommended>("/units:recommend", question), ["units", "unitStatuses"]);
  useEffect(() => {
    if (found.problem?.status !== SLOW) return undefined;
    const timer = setTimeout(found.reload, AGAIN_MS); // the first question after a start loads the solver
    return () => clearTimeout(timer);
  }, [found.problem]); // eslint-disable-line react-hooks/exhaustive-deps
  const candidates = found.data?.candidates ?? [];
  const advised = found.data?.units ?? [];
  const picked = chosen ?? advised.map((each) => each.unit ?? "");

  const other = found.data ? outside(found.data, picked) : [];
  const names = useMemo(() => new Map(units.data?.map((each) => [each.unit ?? "", each.displayName ?? ""])), [units.data]);
  const called = useUnitName();
  const named: Named = (unit, given) => called(unit, given ?? names.get(unit ?? ""));
  const decline = (unit: string) => { setManner({ ...manner, declined: [...manner.declined, unit] }); setChosen(undefined); };

  const press = async ({ notify, overrideReason, needs: rows, ...values }: Values) => {
    const own = { ...values, lifeSaving: values.lifeSaving ?? false, incident: incident.name, location: incident.location, regionCode: incident.regionCode, address: incident.address, needs: filled(rows) };
    const order = { incident: incident.name, ...(task ? { task: task.name } : { newTask: own }), units: picked.map((unit) => (other.includes(unit) || !advised.length ? { unit, overrideReason } : { unit })), notify: notify?.map((recipient) => ({ recipient })) };
    await send(async (key) => {
      const got = await command<Answer>("POST", "/dispatch:oneKey", order, key);
      setAnswer(got);
      void message[got.refused || !got.outcomes?.length ? "warning" : "success"](resultWords(got));
      done();
    });
  };
  const finish = (values: Values) => {
    const vital = task ? task.lifeSaving : values.lifeSaving;
    if (picked.length || !vital) return void press(values);
    modal.confirm({ title: t("oneKey.none.confirm"), content: t("oneKey.none.words"), okText: t("oneKey.none"), cancelText: t("cancel"), centered: true, onOk: () => press(values) });
  };
  const confirm = answer ? close : () => form.submit();
  return (
    <Modal
      open width={900} title={`⚡ ${headed(t("oneKey"), task?.title ?? incident.title ?? "")}`} okText={answer ? t("close") : picked.length ? t("oneKey.press", { count: picked.length }) : t("oneKey.none")} cancelText={t("cancel")} onOk={confirm} onCancel={close} cancelButtonProps={answer && { style: { display: "none" } }} confirmLoading={busy} maskClosable={false} centered
      styles={{ body: bodyStyle(problem, other.length > 0 && !answer ? 320 : 260) }}
      footer={(buttons) => <>{!answer && other.length > 0 && <Alert type="warning" showIcon style={{ marginBottom: 8, textAlign: "start" }} data-testid="override" title={t("oneKey.override", { units: series(other.map((unit) => named(unit))) })} />}{problem && <div style={{ marginBottom: 12, textAlign: "start" }}><ProblemBox problem={problem} /></div>}{buttons}</>}
    >
      {answer ? <Outcome answer={answer} named={named} /> : (
        <Form form={form} layout="vertical" scrollToFirstError={{ block: "center" }} onFinish={finish} initialValues={{ title: incident.title, kind: "TASK_KIND_RESCUE", lifeSaving: true }}>
          {!task && <TaskFields units={units.data} />}
          <MannerLine manner={manner} set={setManner} named={named} />
          {found.data && <Advice advice={found.data} named={named} picked={picked} choose={setChosen} decline={decline} />}
          {found.problem ? <ProblemBox problem={found.problem} again={found.reload} /> : found.data ? <Candidates rows={candidates} chosen={picked} choose={setChosen} named={named} /> : <Waiting />}
          <div className="form-grid" style={{ marginTop: 12, paddingBottom: 14 }}>
            <Form.Item name="notify" label={t("oneKey.notify")}><Select mode="tags" open={false} suffixIcon={null} placeholder={t("tags")} /></Form.Item>
            <Form.Item name="overrideReason" label={t("oneKey.overrideReason")} rules={other.length ? [{ required: true, message: t("oneKey.overrideNeeded") }] : undefined} ><Input /></Form.Item>
          </div>
        </Form>
      )}
    </Modal>
  );
}
