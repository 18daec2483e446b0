/** A live table of one collection with a drawer for details and commands: how every register of the page is shown. */

import { Alert, Button, Drawer, Input, Table, Tabs, type TableColumnsType } from "antd";
import { useDeferredValue, useEffect, useState, type ReactNode } from "react";
import { listed, MOST_ROWS, type Listed, type Query, type Resource } from "../api/client";
import { fieldName, t } from "../texts";
import { useLive, type Live } from "../stream/live";
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
  /** Rows that somebody else reads already. */
  source?: Live<Listed<Resource>>;
  /** Only these of the rows. */
  where?: (row: Resource) => boolean;
}

const ALL_ROWS = 1_000_000;

/** What is not listed yet, and how to get at it. */
function Rest({ count, reading, read }: { count: number; reading: boolean; read: (most: number) => void }) {
  return (
    <Alert
      type="warning" showIcon style={{ marginBottom: 8 }} data-testid="rest" title={t("list.cut", { count })}
      action={<><Button size="small" loading={reading} onClick={() => read(count + MOST_ROWS)}>{t("list.more", { count: MOST_ROWS })}</Button> <Button size="small" loading={reading} onClick={() => read(ALL_ROWS)} data-testid="rest-all">{t("list.all")}</Button></>}
    />
  );
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
export function Board({ collection, columns, watched = [], query = {}, empty, createLabel, preset, more, onOpen, height, extra, source, where }: BoardOf) {
  const [most, setMost] = useState(MOST_ROWS);
  const own = useLive(source ? undefined : `${collection}?${JSON.stringify(query)}`, () => listed<Resource>(`/${collection}`, query, most), [collection, ...watched]);
  useEffect(() => {
    if (most > MOST_ROWS) own.reload();
  }, [most]); // eslint-disable-line react-hooks/exhaustive-deps
  const both = source ?? own;
  const live: Live<Resource[]> = { ...both, data: both.data?.rows };
  const [chosen, setChosen] = useState<string>();
  const [typed, setSought] = useState("");
  const sought = useDeferredValue(typed.toLowerCase());
  const row = live.data?.find((each) => each.name === chosen);
  const matches = (each: Resource) => (!where || where(each)) && (!sought || JSON.stringify(each).toLowerCase().includes(sought));
  return (
    <div data-testid={`board-${collection}`}>
      <div className="page-head">
        <Input.Search allowClear placeholder={t("search")} style={{ width: 260 }} onChange={(event) => setSought(event.target.value)} />
        <div style={{ display: "flex", gap: 8 }}>{extra}{createLabel && <Create path={`/${collection}`} label={createLabel} preset={preset} type="primary" onDone={live.reload} />}</div>
      </div>
      <Loaded live={live} empty={empty}>
        {(rows) => (
          <>
            {both.data?.more && <Rest count={rows.length} reading={most > rows.length} read={setMost} />}
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
