/** A command as a dialog: its fields from the contract, one idempotency key as long as it is open, refusals shown where they belong. */

import { App, Form, Modal } from "antd";
import { useMemo } from "react";
import { command as give, type Problem, type Resource } from "../api/client";
import type { Command } from "../api/contract";
import { t, verbName } from "../texts";
import { asked, FieldInput } from "./form_fields";
import { bodyStyle, ProblemBox } from "./problem";
import { useSending } from "./sending";
import { fromWire, toWire } from "./wire";

interface Properties {
  command: Command;
  /** The resource it is about; its id and etag go with the command. */
  resource?: Resource;
  /** Values that are sent and not asked for. */
  preset?: Record<string, unknown>;
  /** Values to start from. */
  initial?: Record<string, unknown>;
  title?: string;
  /** What a person should know before filling it in. */
  note?: string;
  /** Only these fields, in this order. */
  only?: string[];
  onClose: () => void;
  onDone?: (answer: Resource) => void;
}

/** The path of a command for a resource. */
export function pathOf(command: Command, resource?: Resource): string {
  return command.path.replace("{id}", resource?.name?.split("/")[1] ?? "");
}

function markFields(form: ReturnType<typeof Form.useForm>[0], problem: Problem): void {
  const bad = problem.violations?.length ? problem.violations : problem.field ? [{ field: problem.field, rule: "" }] : [];
  form.setFields(bad.map(({ field, rule }) => ({ name: field.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part)), errors: [rule || t("problem.thisField")] })));
}

/** The dialog. */
export function CommandForm({ command, resource, preset = {}, initial = {}, title, note, only, onClose, onDone }: Properties) {
  const [form] = Form.useForm();
  const { message } = App.useApp();
  const { busy, problem, send } = useSending((refusal) => markFields(form, refusal));
  const fields = useMemo(() => {
    const all = asked(command.fields, preset);
    return only ? only.flatMap((name) => all.filter((each) => each.name === name)) : all;
  }, [command, only]); // eslint-disable-line react-hooks/exhaustive-deps
  const heading = title ?? verbName(command.verb);

  const submit = async (values: Record<string, unknown>) => {
    await send(async (key) => {
      const answer = await give<Resource>(command.method, pathOf(command, resource), { ...toWire(command.fields, values), ...preset }, key, resource?.etag);
      message.success(t("done", { what: heading }));
      onClose();
      onDone?.(answer);
    });
  };

  return (
    <Modal
      open title={heading} okText={heading} cancelText={t("cancel")} confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose} width={fields.length > 6 ? 760 : 560} maskClosable={false} destroyOnHidden centered
      styles={{ body: bodyStyle(problem, 260) }}
      footer={(buttons) => <>{problem && <div style={{ marginBottom: 12, textAlign: "start" }}><ProblemBox problem={problem} /></div>}{buttons}</>}
    >
      <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={fromWire(command.fields, initial)} data-testid="command-form">
        {note && <p style={{ opacity: 0.8 }}>{note}</p>}
        {fields.length === 0 && <p>{t("confirmCommand", { what: heading })}</p>}
        <div className={fields.length > 3 ? "form-grid" : undefined}>{fields.map((field) => <FieldInput key={field.name} field={field} path={[field.name]} />)}</div>
      </Form>
    </Modal>
  );
}
