/** What to weigh: which incidents, by which model, what each area keeps; limits, pins, exclusions, arrivals and further needs where they are wanted. */

import { Collapse, Form, Input, InputNumber, Modal, Segmented, Select } from "antd";
import { useMemo } from "react";
import { command, list, type Resource, type Schemas } from "../../api/client";
import { useSending } from "../../parts/sending";
import { bodyStyle, ProblemBox } from "../../parts/problem";
import { titleOf } from "../../parts/inputs";
import { go } from "../../route";
import { useLive } from "../../stream/live";
import { t } from "../../texts";
import { OPEN_STATES, useUnits } from "../situation/data";
import { Bans, capabilitiesOf, Extras, Pins, Terms, type Choice, type Choices } from "./rules";
import { FRESH, fromSpec, toSpec, type Spec, type Values } from "./spec";

type Task = Schemas["dispatch.v1.Task"];

const HUNDRED = 100;
const WIDE = 920;

/** What the rules choose from: free units first, open tasks with the incident they belong to. */
function useChoices(): Choices {
  const units = useUnits();
  const incidents = useLive("open-incidents", () => list<Resource>("/incidents", { states: OPEN_STATES }), ["incidents"]);
  const tasks = useLive("open-tasks", () => list<Task>("/tasks", { openOnly: true }), ["tasks"]);
  return useMemo(() => {
    const title = new Map(incidents.data?.map((each) => [each.name ?? "", titleOf(each)]));
    const free = (state: string | undefined) => state === "UNIT_STATE_AVAILABLE" || state === "UNIT_STATE_ALERTED";
    const sorted = [...(units.data ?? [])].sort((one, other) => Number(free(other.state)) - Number(free(one.state)));
    const named = (task: Task): Choice => ({ value: task.name ?? "", label: [task.title, title.get(task.incident ?? "")].filter((each, at, all) => each && all.indexOf(each) === at).join(" · ") });
    return {
      incidents: [...title].map(([value, label]) => ({ value, label })),
      units: sorted.map((each) => ({ value: each.unit ?? "", label: titleOf(each as Resource) })),
      tasks: (tasks.data ?? []).map(named),
      codes: capabilitiesOf(units.data),
    };
  }, [units.data, incidents.data, tasks.data]);
}

function Limits() {
  const fields = [["travel", 90, t("allocation.minutes")], ["unmet", 120, t("allocation.minutes")], ["price", 30, t("allocation.minutes")], ["time", 20, t("allocation.seconds")]] as const;
  return (
    <div className="form-grid">
      {fields.map(([name, usual, unit]) => (
        <Form.Item key={name} name={name} label={t(`allocation.${name}`)} extra={t(`allocation.${name}.hint`)}>
          <InputNumber min={name === "time" ? 1 : 0} max={name === "time" ? 300 : 1440} placeholder={t("allocation.usual", { usual })} suffix={unit} style={{ width: "100%" }} />
        </Form.Item>
      ))}
      <Form.Item name="exerciseId" label={t("allocation.exercise")} extra={t("allocation.exercise.hint")}><Input autoComplete="off" maxLength={63} /></Form.Item>
    </div>
  );
}

/** A heading that says how many rules stand below it. */
function Heading({ text, count }: { text: string; count?: number }) {
  return <>{text}{count ? <b style={{ color: "#e8743b" }}>　{count}</b> : null}</>;
}

function Main({ incidents }: { incidents: Choice[] }) {
  return (
    <>
      <Form.Item name="incidents" label={t("allocation.incidents")}>
        <Select mode="multiple" placeholder={t("allocation.allOpen")} showSearch={{ optionFilterProp: "label" }} options={incidents} />
      </Form.Item>
      <div className="form-grid">
        <Form.Item name="model" label={t("allocation.model")} extra={t("allocation.model.hint")}>
          <Segmented options={[{ value: "ALLOCATION_MODEL_COVER", label: t("allocation.model.cover") }, { value: "ALLOCATION_MODEL_SLOT", label: t("allocation.model.slot") }]} />
        </Form.Item>
        <Form.Item name="reserve" label={t("allocation.reserve")} extra={t("allocation.reserve.hint")}>
          <InputNumber min={0} max={HUNDRED} step={5} suffix="%" style={{ width: 140 }} />
        </Form.Item>
      </div>
    </>
  );
}

/** The dialog; `from` is what an earlier proposal asked for, `region` the jurisdiction that it weighed. */
export function Propose({ close, from, region }: { close: () => void; from?: Spec; region?: string }) {
  const [form] = Form.useForm<Values>();
  const initial = useMemo(() => (from ? fromSpec(from) : FRESH), [from]);
  const { busy, problem, send } = useSending();
  const choices = useChoices();
  const pins = Form.useWatch("pins", form)?.length ?? 0;
  const bans = Form.useWatch("bans", form)?.length ?? 0;
  const terms = Form.useWatch("terms", form)?.length;
  const extras = Form.useWatch("extras", form)?.length;
  const press = async () => {
    const values = form.getFieldsValue(true) as Values; // of closed sections too
    await send(async (key) => {
      const made = await command<Resource>("POST", "/allocationProposals", { spec: toSpec(values, choices.tasks.map((each) => each.value)), regionCode: region || undefined }, key);
      close();
      go(`/incidents/allocations/${made.name?.split("/")[1] ?? ""}`);
    });
  };
  const opened = [pins + bans > 0 && "pairs", Boolean(initial.terms?.length) && "terms", Boolean(initial.extras?.length) && "extras"].filter((each) => each !== false);
  return (
    <Modal
      open width={WIDE} title={t(from ? "allocation.again" : "allocation.propose")} okText={t("allocation.compute")} cancelText={t("cancel")} onOk={form.submit} onCancel={close} confirmLoading={busy} maskClosable={false} centered
      styles={{ body: bodyStyle(problem, 220) }}
      footer={(buttons) => <>{problem && <div style={{ marginBottom: 12, textAlign: "start" }}><ProblemBox problem={problem} /></div>}{buttons}</>}
    >
      <Form form={form} layout="vertical" onFinish={() => void press()} initialValues={initial} scrollToFirstError data-testid="propose-form">
        <Main incidents={choices.incidents} />
        <Collapse
          size="small" ghost defaultActiveKey={from?.pinned?.length || from?.forbidden?.length ? ["pairs", ...opened] : opened}
          items={[
            { key: "pairs", forceRender: true, label: <span data-testid="rules-pairs"><Heading text={t("allocation.pairs")} count={pins + bans} /></span>, children: <><Pins choices={choices} /><Bans choices={choices} /></> },
            { key: "terms", forceRender: true, label: <span data-testid="rules-terms"><Heading text={t("allocation.terms")} count={terms} /></span>, children: <Terms choices={choices} /> },
            { key: "extras", forceRender: true, label: <span data-testid="rules-extras"><Heading text={t("allocation.extras")} count={extras} /></span>, children: <Extras choices={choices} /> },
            { key: "limits", forceRender: true, label: <span data-testid="rules-limits">{t("allocation.limits")}</span>, children: <Limits /> },
          ]}
        />
      </Form>
    </Modal>
  );
}
