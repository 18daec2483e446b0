/** Rows of the form that asks for an allocation: who stays with which task, who does not go where, by when they come, what else is needed. */

import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { wall } from "../../parts/time";
import { now } from "../../stream/clock";
import { capabilityName, clauses, fieldName, t } from "../../texts";
import type { UnitStatus } from "../situation/data";
import { needWords, siteWords } from "./Asked";
import type { Kept } from "./spec";

export interface Choice {
  value: string;
  label: string;
}

/** What the rows choose from. */
export interface Choices {
  incidents: Choice[];
  units: Choice[];
  tasks: Choice[];
  codes: Choice[];
}

const REQUIRED = () => [{ required: true, message: t("required") }];
const MOST_LEAST = 1000;
const MOST_WEIGHT = 100;

/** Every capability that some unit has. */
export function capabilitiesOf(units: UnitStatus[] | undefined): Choice[] {
  const codes = new Set(units?.flatMap((unit) => unit.capabilities?.map((each) => each.code ?? "") ?? []));
  return [...codes].filter(Boolean).sort().map((code) => ({ value: code, label: capabilityName(code) }));
}

/** The capability that most units have. */
export function commonest(units: UnitStatus[] | undefined): string | undefined {
  const having = new Map<string, number>();
  for (const unit of units ?? []) for (const code of new Set(unit.capabilities?.map((each) => each.code ?? ""))) if (code) having.set(code, (having.get(code) ?? 0) + 1);
  return [...having].sort(([first, one], [second, other]) => other - one || (first < second ? -1 : 1))[0]?.[0];
}

const SOON_MINUTES = [10, 15, 20, 30, 45, 60, 90];
const MINUTE_MS = 60_000;

/** Moments from now on by the domain's clock: a latest arrival is mostly thought of as so many minutes. */
function soon() {
  return SOON_MINUTES.map((count) => ({ label: t("allocation.terms.in", { count }), value: () => wall(now() + count * MINUTE_MS) }));
}

function Pick({ options, many, placeholder, ...held }: { options: Choice[]; many?: boolean; placeholder?: string; value?: never; onChange?: never; id?: string }) {
  return <Select {...held} mode={many ? "multiple" : undefined} maxTagCount="responsive" allowClear showSearch={{ optionFilterProp: "label" }} options={options} placeholder={placeholder ?? t("choose")} style={{ width: "100%" }} />;
}

/** Rows that can be added and taken away, under one sentence that says what they do. */
function Rows({ name, hint, add, fresh = {}, children }: { name: string; hint: string; add: string; fresh?: object; children: (at: number) => ReactNode }) {
  return (
    <Form.List name={name}>
      {(rows, { add: more, remove }) => (
        <div style={{ marginBottom: 14 }}>
          <div style={{ opacity: 0.75, fontSize: 13, marginBottom: 6 }}>{hint}</div>
          {rows.map((row) => (
            <div key={row.key} className="rule-row" data-testid={`${name}-row`}>
              <div className="rule-fields">{children(row.name)}</div>
              <Button size="small" type="text" danger onClick={() => remove(row.name)}>{t("removeRow")}</Button>
            </div>
          ))}
          <Button size="small" onClick={() => more(fresh)} data-testid={`add-${name}`}>＋ {add}</Button>
        </div>
      )}
    </Form.List>
  );
}

/** 指定: this unit goes to this task. */
export function Pins({ choices }: { choices: Choices }) {
  return (
    <Rows name="pins" hint={t("allocation.pins.hint")} add={t("allocation.pins.add")}>
      {(at) => (
        <>
          <Form.Item name={[at, "unit"]} rules={REQUIRED()} className="rule-wide"><Pick options={choices.units} placeholder={t("allocation.unit")} /></Form.Item>
          <Form.Item name={[at, "task"]} rules={REQUIRED()} className="rule-wide"><Pick options={choices.tasks} placeholder={t("allocation.task")} /></Form.Item>
        </>
      )}
    </Rows>
  );
}

/** 排除: these units do not go to these tasks. */
export function Bans({ choices }: { choices: Choices }) {
  return (
    <Rows name="bans" hint={t("allocation.bans.hint")} add={t("allocation.bans.add")}>
      {(at) => (
        <>
          <Form.Item name={[at, "units"]} rules={REQUIRED()} className="rule-wide"><Pick many options={choices.units} placeholder={t("allocation.unit")} /></Form.Item>
          <Form.Item name={[at, "tasks"]} className="rule-wide"><Pick many options={choices.tasks} placeholder={t("allocation.bans.all")} /></Form.Item>
        </>
      )}
    </Rows>
  );
}

/** By when who comes must be there, how many go at least, and whether the last arrival counts. */
export function Terms({ choices }: { choices: Choices }) {
  return (
    <Rows name="terms" hint={t("allocation.terms.hint")} add={t("allocation.terms.add")}>
      {(at) => (
        <>
          <Form.Item name={[at, "task"]} label={t("allocation.task")} rules={REQUIRED()} className="rule-wide"><Pick options={choices.tasks} /></Form.Item>
          <Form.Item name={[at, "code"]} label={t("oneKey.needs")}><Pick options={choices.codes} placeholder={t("allocation.terms.every")} /></Form.Item>
          <Form.Item name={[at, "latest"]} label={t("allocation.terms.latest")}><DatePicker showTime={{ format: "HH:mm" }} showNow={false} presets={soon()} format="MM-DD HH:mm" style={{ width: "100%" }} placeholder={t("allocation.terms.any")} /></Form.Item>
          <Form.Item name={[at, "least"]} label={t("allocation.terms.least")}><InputNumber min={1} max={MOST_LEAST} precision={0} style={{ width: "100%" }} placeholder={t("allocation.terms.each")} /></Form.Item>
          <Form.Item name={[at, "weight"]} label={t("allocation.terms.weight")} tooltip={t("allocation.terms.weight.hint")}><InputNumber min={0} max={MOST_WEIGHT} style={{ width: "100%" }} placeholder="0" /></Form.Item>
        </>
      )}
    </Rows>
  );
}

/** What goes into the next proposal as it was, though the form does not ask for it. */
function KeptWords({ kept }: { kept: Kept | undefined }) {
  const words = kept ? [...needWords(kept.need), ...siteWords(kept.site)] : [];
  return words.length ? <div className="rule-kept" data-testid="kept"><b>{t("allocation.kept")}</b>　{clauses(words)}</div> : null;
}

/** Needs that no task states; a task is made when they are sent. */
export function Extras({ choices }: { choices: Choices }) {
  return (
    <Rows name="extras" hint={t("allocation.extras.hint")} add={t("allocation.extras.add")} fresh={{ count: 1, lifeSaving: false }}>
      {(at) => (
        <>
          <Form.Item name={[at, "incident"]} label={fieldName("incident")} rules={REQUIRED()}><Pick options={choices.incidents} /></Form.Item>
          <Form.Item name={[at, "title"]} label={t("allocation.extras.title")} rules={REQUIRED()} className="rule-wide"><Input maxLength={200} autoComplete="off" /></Form.Item>
          <Form.Item name={[at, "code"]} label={t("oneKey.needs")}><Pick options={choices.codes} placeholder={t("oneKey.any")} /></Form.Item>
          <Form.Item name={[at, "count"]} label={t("oneKey.count")} rules={REQUIRED()}><InputNumber min={1} precision={0} style={{ width: "100%" }} /></Form.Item>
          <Form.Item name={[at, "lifeSaving"]} label={fieldName("lifeSaving")} valuePropName="checked"><Checkbox /></Form.Item>
          <Form.Item noStyle shouldUpdate>{({ getFieldValue }) => <KeptWords kept={getFieldValue(["extras", at, "kept"]) as Kept | undefined} />}</Form.Item>
        </>
      )}
    </Rows>
  );
}
