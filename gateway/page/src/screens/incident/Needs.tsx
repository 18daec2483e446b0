/** What a new task needs and how much of it, and how the recommendation should weigh: the question put to the solver. */

import { Button, Checkbox, Form, InputNumber, Select, Space, Tag, Tooltip } from "antd";
import { t } from "../../texts";
import { capabilitiesOf } from "../allocation/rules";
import type { UnitStatus } from "../situation/data";

export interface Need {
  code?: string;
  count?: number | null;
}

/** How to weigh beside the needs. */
export interface Manner {
  /** Units that cannot go, by word of mouth. */
  declined: string[];
  /** The last arrival counts. */
  together: boolean;
  /** Minutes after which an arrival is no use. */
  latest?: number;
  /** What stays behind counts too. */
  cover: boolean;
}

export const PLAIN: Manner = { declined: [], together: false, cover: false };
const MINUTE = 60;
/** Seconds of arrival that a unit of demand left uncovered at home is worth: amid the usual 300 to 1000. */
const COVER_S = 600;
const MOST_MINUTES = 1440;

/** Rows that say what and how much; half-filled ones are not asked about yet. */
export function filled(needs: (Need | undefined)[] | undefined): { code: string; count: number }[] {
  return (needs ?? []).flatMap((each) => (each?.code && each.count ? [{ code: each.code, count: each.count }] : []));
}

/** The manner as the contract names it. */
export function mannerOf({ declined, together, latest, cover }: Manner): Record<string, unknown> {
  return { declined, together, ...(latest ? { latestS: latest * MINUTE } : {}), ...(cover ? { coverageWeight: COVER_S } : {}) };
}

/** One row a need: the capability and the amount. */
export function Needs({ units }: { units: UnitStatus[] | undefined }) {
  const required = [{ required: true, message: t("required") }];
  return (
    <Form.Item label={t("oneKey.needs")} extra={t("oneKey.needs.hint")}>
      <Form.List name="needs">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} style={{ display: "flex", gap: 8, marginBottom: 6 }} data-testid="need-row">
                <Form.Item name={[row.name, "code"]} rules={required} noStyle><Select showSearch={{ optionFilterProp: "label" }} options={capabilitiesOf(units)} placeholder={t("choose")} style={{ flex: 1, minWidth: 0 }} /></Form.Item>
                <Form.Item name={[row.name, "count"]} rules={required} noStyle><InputNumber min={1} max={1_000_000} precision={0} style={{ width: 96 }} placeholder={t("oneKey.count")} /></Form.Item>
                <Button type="text" danger onClick={() => remove(row.name)} aria-label={t("removeRow")}>✕</Button>
              </div>
            ))}
            <Button size="small" onClick={() => add({ count: 1 })} data-testid="add-need">＋ {t("oneKey.addNeed")}</Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

/** How to weigh, in one line; who cannot go stands there to be taken back. */
export function MannerLine({ manner, set, named }: { manner: Manner; set: (manner: Manner) => void; named: (unit: string) => string }) {
  return (
    <Space wrap size={[16, 4]} style={{ marginBottom: 8 }} data-testid="manner">
      <Tooltip title={t("oneKey.together.hint")}><Checkbox checked={manner.together} onChange={(event) => set({ ...manner, together: event.target.checked })}>{t("oneKey.together")}</Checkbox></Tooltip>
      <Tooltip title={t("oneKey.cover.hint")}><Checkbox checked={manner.cover} onChange={(event) => set({ ...manner, cover: event.target.checked })}>{t("oneKey.cover")}</Checkbox></Tooltip>
      <span>{t("oneKey.latest")} <InputNumber size="small" min={1} max={MOST_MINUTES} value={manner.latest} onChange={(value) => set({ ...manner, latest: value ?? undefined })} placeholder={t("oneKey.any")} style={{ width: 76 }} /> {t("allocation.minutes")}</span>
      {manner.declined.map((unit) => <Tag key={unit} closable onClose={() => set({ ...manner, declined: manner.declined.filter((each) => each !== unit) })}>{t("oneKey.notGoing", { unit: named(unit) })}</Tag>)}
    </Space>
  );
}
