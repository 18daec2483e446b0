/** Close what was drawn on the map, and look at what is closed. */

import { Alert, App, DatePicker, Form, Input, InputNumber, Modal, Segmented, Select } from "antd";
import type { Dayjs } from "dayjs";
import { command, type Resource } from "../../api/client";
import { Commands } from "../../parts/Commands";
import { useSending } from "../../parts/sending";
import { ProblemBox } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { timeText, wire } from "../../parts/time";
import { enumName, fieldName, headed, t } from "../../texts";
import { useOpenIncidents } from "./data";
import type { Closure } from "./road_layers";

export type Shape = Pick<Closure, "area" | "stretch">;

interface Values {
  kind: string;
  factor?: number;
  reason: string;
  incident?: string;
  endTime?: Dayjs;
}

const CLOSED = "ROAD_CLOSURE_KIND_CLOSED";
const SLOWED = "ROAD_CLOSURE_KIND_SLOWED";
const TWICE = 2;

/** The dialog for a shape that was drawn. */
export function ClosureForm({ shape, incident, close }: { shape: Shape; incident?: string; close: () => void }) {
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch("kind", form);
  const incidents = useOpenIncidents();
  const { busy, problem, send } = useSending();
  const required = [{ required: true, message: t("required") }];
  const submit = async ({ endTime, ...values }: Values) => {
    await send(async (key) => {
      const made = await command<Closure>("POST", "/roadClosures", { roadClosure: { ...values, ...shape, endTime: endTime && wire(endTime) } }, key);
      message.success(t(made.timesHeed ? "roads.closed" : "roads.closedBlind"));
      close();
    });
  };
  return (
    <Modal
      open title={t("roads.close")} okText={t("roads.close")} cancelText={t("cancel")} onOk={() => form.submit()} onCancel={close} confirmLoading={busy} maskClosable={false} centered
      footer={(buttons) => <>{problem && <div style={{ marginBottom: 12, textAlign: "start" }}><ProblemBox problem={problem} /></div>}{buttons}</>}
    >
      <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ kind: CLOSED, factor: TWICE, incident }} data-testid="closure-form">
        <Form.Item name="kind"><Segmented block options={[CLOSED, SLOWED].map((value) => ({ value, label: enumName(value) }))} /></Form.Item>
        {kind === SLOWED && <Form.Item name="factor" label={t("roads.factor")} rules={required}><InputNumber min={1.1} max={100} step={0.5} style={{ width: "100%" }} /></Form.Item>}
        <Form.Item name="reason" label={fieldName("reason")} rules={required}><Input maxLength={500} /></Form.Item>
        <div className="form-grid">
          <Form.Item name="endTime" label={t("roads.until")}><DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} placeholder={t("roads.untilLifted")} /></Form.Item>
          <Form.Item name="incident" label={fieldName("incident")}><Select allowClear options={incidents.data?.map((each) => ({ value: each.name, label: each.title }))} placeholder={t("choose")} /></Form.Item>
        </div>
      </Form>
    </Modal>
  );
}

/** A closure that was clicked, with what may be done about it. */
export function ClosureCard({ closure, close }: { closure: Closure; close: () => void }) {
  return (
    <Modal open title={<>{enumName(closure.kind)} <StateTag state={closure.state} /></>} onCancel={close} footer={<Commands resource={closure as Resource} onDone={close} />} centered>
      <p>{closure.reason}</p>
      {closure.factor !== undefined && <p>{headed(t("roads.factor"), closure.factor)}</p>}
      <p style={{ opacity: 0.8 }}>{timeText(closure.startTime)} — {closure.endTime ? timeText(closure.endTime) : t("roads.untilLifted")}</p>
      {!closure.timesHeed && <Alert type="warning" showIcon title={t("roads.blind")} />}
    </Modal>
  );
}
