/** What to weigh: which incidents, by which model, and what each area keeps. */

import { Form, InputNumber, Modal, Segmented, Select } from "antd";
import { command, list, type Resource } from "../../api/client";
import { useSending } from "../../parts/sending";
import { ProblemBox } from "../../parts/problem";
import { titleOf } from "../../parts/inputs";
import { go } from "../../route";
import { useLive } from "../../stream/live";
import { t } from "../../texts";
import { OPEN_STATES } from "../situation/data";

interface Values {
  incidents?: string[];
  model: string;
  reserve: number;
}

const HUNDRED = 100;

export function Propose({ close }: { close: () => void }) {
  const [form] = Form.useForm<Values>();
  const { busy, problem, send } = useSending();
  const open = useLive("open-incidents", () => list<Resource>("/incidents", { states: OPEN_STATES }), ["incidents"]);
  const press = async ({ incidents, model, reserve }: Values) => {
    await send(async (key) => {
      const made = await command<Resource>("POST", "/allocationProposals", { spec: { incidents, model, reserveShare: reserve / HUNDRED } }, key);
      go(`/incidents/allocations/${made.name?.split("/")[1] ?? ""}`);
    });
  };
  return (
    <Modal open width={640} title={t("allocation.propose")} okText={t("allocation.compute")} cancelText={t("cancel")} onOk={form.submit} onCancel={close} confirmLoading={busy} maskClosable={false}>
      <Form form={form} layout="vertical" onFinish={(values) => void press(values)} initialValues={{ model: "ALLOCATION_MODEL_COVER", reserve: 20 }}>
        <Form.Item name="incidents" label={t("allocation.incidents")}>
          <Select mode="multiple" placeholder={t("allocation.allOpen")} optionFilterProp="label" options={open.data?.map((each) => ({ value: each.name, label: titleOf(each) }))} />
        </Form.Item>
        <Form.Item name="model" label={t("allocation.model")}>
          <Segmented options={[{ value: "ALLOCATION_MODEL_COVER", label: t("allocation.model.cover") }, { value: "ALLOCATION_MODEL_SLOT", label: t("allocation.model.slot") }]} />
        </Form.Item>
        <Form.Item name="reserve" label={t("allocation.reserve")} extra={t("allocation.reserve.hint")}>
          <InputNumber min={0} max={HUNDRED} step={5} suffix="%" style={{ width: 140 }} />
        </Form.Item>
        {problem && <ProblemBox problem={problem} />}
      </Form>
    </Modal>
  );
}
