/** Inputs for the fields of a command, made from the contract. */

import { Button, Card, DatePicker, Form, Input, InputNumber, Select, Switch } from "antd";
import type { ReactNode } from "react";
import type { Field } from "../api/contract";
import { enumName, fieldName, t } from "../texts";
import { EventInput, PointInput, PolygonInput, ReferenceInput, REFERENCES, RegionInput } from "./inputs";

type Path = (string | number)[];

const LONG = new Set(["nature", "content", "description", "reason", "brief", "statement", "text", "result", "remark", "note", "conclusion", "question", "course", "rootCause", "assessment", "lessons", "measures",
  "scope", "casualtiesAndLoss", "trend", "measuresAndEffect", "nextSteps", "unitProfile", "instruction", "explanation"]); // prettier-ignore
/** Fields of nested resources that the services fill in. */
const OUTPUT = new Set(["name", "etag", "createTime", "updateTime", "state", "exerciseId"]);

/** Fields a person is asked for: not the client-chosen id, not what is preset, and inside a resource not what the services fill in. */
export function asked(fields: Field[], preset: Record<string, unknown>, nested = false): Field[] {
  const wanted = fields.filter((each) => !(each.name in preset) && !/^(Client-chosen|Id, chosen)/.test(each.note ?? "") && each.kind !== "any" && !(nested && OUTPUT.has(each.name)));
  return [...wanted.filter((each) => each.required), ...wanted.filter((each) => !each.required)];
}

function single(field: Field): ReactNode {
  if (field.name === "eventCode") return <EventInput />;
  if (field.name === "regionCode") return <RegionInput />;
  switch (field.kind) {
    case "int":
    case "number":
    case "long":
      return <InputNumber style={{ width: "100%" }} placeholder={field.required ? undefined : t("unknownNumber")} />;
    case "bool":
      return <Switch />;
    case "time":
      return <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />;
    case "duration":
      return <InputNumber min={0} suffix={t("hours")} style={{ width: "100%" }} />;
    case "enum":
      return <Select allowClear={!field.required} mode={field.many ? "multiple" : undefined} options={field.values?.map((value) => ({ value, label: enumName(value) }))} placeholder={t("choose")} />;
    case "point":
      return <PointInput />;
    case "polygon":
      return <PolygonInput />;
    default:
      if (field.name in REFERENCES) return <ReferenceInput field={field.name} many={field.many} />;
      if (field.many) return <Select mode="tags" open={false} placeholder={t("tags")} tokenSeparators={["；", ";"]} suffixIcon={null} />;
      return LONG.has(field.name) ? <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} /> : <Input autoComplete="off" />;
  }
}

function Rows({ field, path }: { field: Field; path: Path }) {
  const own = asked(field.fields ?? [], {}, true);
  return (
    <Form.List name={path} initialValue={field.required ? [{}] : undefined}>
      {(rows, { add, remove }) => (
        <Card size="small" title={fieldName(field.name)} style={{ marginBottom: 16 }} extra={<Button size="small" onClick={() => add({})}>{t("addRow")}</Button>}>
          {rows.map((row) => (
            <div key={row.key} className="form-row">
              <div className="form-row-fields">{own.map((each) => <FieldInput key={each.name} field={each} path={[row.name, each.name]} />)}</div>
              <Button size="small" danger onClick={() => remove(row.name)}>{t("removeRow")}</Button>
            </div>
          ))}
        </Card>
      )}
    </Form.List>
  );
}

/** One field with its label, or a group of them. */
export function FieldInput({ field, path }: { field: Field; path: Path }) {
  if (field.kind === "object" && field.many) return <Rows field={field} path={path} />;
  if (field.kind === "object") {
    return (
      <Card size="small" title={fieldName(field.name)} style={{ marginBottom: 16, gridColumn: "1 / -1" }}>
        <div className="form-grid">{asked(field.fields ?? [], {}, true).map((each) => <FieldInput key={each.name} field={each} path={[...path, each.name]} />)}</div>
      </Card>
    );
  }
  const wide = LONG.has(field.name) || field.kind === "point" || field.kind === "polygon";
  return (
    <Form.Item
      name={path}
      label={fieldName(field.name)}
      valuePropName={field.kind === "bool" ? "checked" : "value"}
      rules={field.required ? [{ required: true, message: t("required") }] : undefined}
      className={wide ? "form-wide" : undefined}
    >
      {single(field)}
    </Form.Item>
  );
}
