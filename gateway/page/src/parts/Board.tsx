/** A live table of one collection with a drawer for details and commands: how every register of the page is shown. */

import { Alert, Drawer, Input, Table, Tabs, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { list, MOST_ROWS, type Query, type Resource } from "../api/client";
import { fieldName, t } from "../texts";
import { useLive } from "../stream/live";
import { Commands, Create } from "./Commands";
import { Detail, Value } from "./Detail";
import { titleOf } from "./inputs";
import { Loaded } from "./problem";
import { StateTag } from "./tags";

export interface Column {
  name: string;
  /** Heading, where the field's own name does not say it. */
  label?: string;
  width?: number;
  show?: (row: Resource) => ReactNode;
}

export interface BoardOf {
  collection: string;
  columns: Column[];
  /** Collections whose facts change it; its own always does. */
  watched?: string[];
  query?: Query;
  empty: string;
  createLabel?: string;
  preset?: Record<string, unknown>;
  /** More about the chosen row. */
  more?: (row: Resource) => ReactNode;
  /** Instead of the drawer. */
  onOpen?: (row: Resource) => void;
  height?: string;
  extra?: ReactNode;
}

function columnsOf(columns: Column[]): TableColumnsType<Resource> {
  return columns.map(({ name, label, width, show }) => ({
    key: name,
    title: label ?? fieldName(name),
    width,
    ellipsis: true,
    render: (_: unknown, row: Resource) => (show ? show(row) : name === "state" ? <StateTag state={row.state} /> : <Value name={name} value={row[name] ?? "—"} />),
  }));
}

/** The table. */
export function Board({ collection, columns, watched = [], query = {}, empty, createLabel, preset, more, onOpen, height, extra }: BoardOf) {
  const live = useLive(`${collection}?${JSON.stringify(query)}`, () => list<Resource>(`/${collection}`, query), [collection, ...watched]);
  const [chosen, setChosen] = useState<string>();
  const [sought, setSought] = useState("");
  const row = live.data?.find((each) => each.name === chosen);
  const matches = (each: Resource) => !sought || JSON.stringify(each).toLowerCase().includes(sought.toLowerCase());
  return (
    <div data-testid={`board-${collection}`}>
      <div className="page-head">
        <Input.Search allowClear placeholder={t("search")} style={{ width: 260 }} onChange={(event) => setSought(event.target.value)} />
        <div style={{ display: "flex", gap: 8 }}>{extra}{createLabel && <Create path={`/${collection}`} label={createLabel} preset={preset} type="primary" onDone={live.reload} />}</div>
      </div>
      <Loaded live={live} empty={empty}>
        {(rows) => (
          <>
            {rows.length >= MOST_ROWS && <Alert type="warning" showIcon style={{ marginBottom: 8 }} title={t("list.cut", { most: MOST_ROWS })} />}
            <Table
              size="small" rowKey="name" columns={columnsOf(columns)} dataSource={rows.filter(matches)} pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
              scroll={height ? { y: height } : undefined} onRow={(each) => ({ onClick: () => (onOpen ? onOpen(each) : setChosen(each.name)), style: { cursor: "pointer" } })}
            />
          </>
        )}
      </Loaded>
      <Drawer open={row !== undefined} onClose={() => setChosen(undefined)} size={720} title={row && <>{titleOf(row)} {row.state && <StateTag state={row.state} />}</>} destroyOnHidden>
        {row && (
          <>
            <div style={{ marginBottom: 12 }}><Commands resource={row} side={5} onDone={live.reload} /></div>
            {more?.(row)}
            <Detail resource={row} columns={1} />
          </>
        )}
      </Drawer>
    </div>
  );
}

/** Several boards under tabs whose names are part of the path. */
export function Boards({ tabs, here, onChange }: { tabs: { key: string; label: string; children: ReactNode }[]; here?: string; onChange: (key: string) => void }) {
  return <Tabs className="page" style={{ paddingTop: 4 }} activeKey={here && tabs.some((each) => each.key === here) ? here : tabs[0]?.key} onChange={onChange} items={tabs} destroyOnHidden />;
}
