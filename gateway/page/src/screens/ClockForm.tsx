/** Set the domain's clock, for exercises and for trying out; only where the deployment allows it. */

import { DatePicker, Form, InputNumber, Modal, Button } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { post, Refusal, type Problem } from "../api/client";
import { ProblemBox } from "../parts/problem";
import { wall, wire } from "../parts/time";
import { now, readClock } from "../stream/clock";
import { t } from "../texts";

export function ClockForm({ close }: { close: () => void }) {
  const [form] = Form.useForm<{ time: Dayjs; rate: number }>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const set = async (body: object) => {
    setBusy(true);
    try {
      await post("/clock", body);
      await readClock();
      close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setProblem(error.problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t("clock.title")} onCancel={close} confirmLoading={busy} onOk={() => form.submit()} okText={t("clock.apply")} cancelText={t("cancel")}>
      {problem && <ProblemBox problem={problem} />}
      <Form form={form} layout="vertical" initialValues={{ time: wall(now()), rate: 1 }} onFinish={({ time, rate }) => void set({ time: wire(time), rate })}>
        <Form.Item name="time" label={t("clock.time")} rules={[{ required: true, message: t("required") }]}><DatePicker showTime style={{ width: "100%" }} /></Form.Item>
        <Form.Item name="rate" label={t("clock.rate")}><InputNumber min={0} max={10000} style={{ width: "100%" }} /></Form.Item>
      </Form>
      <Button onClick={() => void set({})} loading={busy}>{t("clock.back")}</Button>
    </Modal>
  );
}
