/** Stock, transfers, shelters and the units' board. */

import { Progress, Table } from "antd";
import { list, type Resource } from "../../api/client";
import { Board, Boards, type Column } from "../../parts/Board";
import { Loaded } from "../../parts/problem";
import { Age, Countdown } from "../../parts/time";
import { go } from "../../route";
import { useLive } from "../../stream/live";
import { clauses, enumName, fieldName, series, specialityName, t } from "../../texts";
import { UnitBoard } from "./UnitBoard";

const PERCENT = 100;

function Occupancy({ row }: { row: Resource }) {
  const [occupancy, capacity] = [Number(row.occupancy ?? 0), Number(row.capacity ?? 0)];
  const percent = capacity ? (occupancy / capacity) * PERCENT : 0;
  return <div style={{ display: "flex", gap: 8, alignItems: "center" }}><span style={{ minWidth: 78 }}>{occupancy} / {capacity}</span><Progress percent={Math.min(PERCENT, percent)} showInfo={false} size="small" status={percent >= PERCENT ? "exception" : "normal"} style={{ width: 90 }} /></div>;
}

function Availability() {
  const live = useLive("availability", () => list<Resource>("/resources:availability"), ["lots", "stores", "transfers", "reservations", "movements", "items"]);
  return (
    <Loaded live={live} empty={t("stock.none")}>
      {(rows) => (
        <Table
          size="small" rowKey={(row) => `${row.item}${row.mode}`} dataSource={rows} pagination={{ pageSize: 20, hideOnSinglePage: true }}
          columns={["displayName", "mode", "onHand", "available", "held", "expired", "stores", "unitOfMeasure"].map((name) => ({ title: name === "stores" ? t("stores") : fieldName(name), render: (_: unknown, row: Resource) => (name === "mode" ? enumName(row.mode) : name === "available" ? <strong>{String(row[name] ?? "—")}</strong> : String(row[name] || "—")) }))}
        />
      )}
    </Loaded>
  );
}

const LOTS: Column[] = [{ name: "displayName" }, { name: "store", width: 180 }, { name: "batch", width: 130 }, { name: "onHand", width: 100 }, { name: "reserved", width: 100 }, { name: "held", width: 90 }, { name: "inTransit", width: 90 }, { name: "available", width: 100, show: (row) => <strong>{String(row.available)}</strong> }, { name: "unitOfMeasure", width: 70 }, { name: "expireDate", width: 120 }];
const STORES: Column[] = [{ name: "displayName" }, { name: "level", width: 110 }, { name: "ownerOrg", width: 200 }, { name: "keeper", width: 160 }, { name: "dutyPhone", width: 140 }, { name: "address", width: 240 }];
const TRANSFERS: Column[] = [{ name: "number", width: 180 }, { name: "state", width: 120 }, { name: "lines", show: (row) => clauses(((row.lines ?? []) as Resource[]).map((line) => `${line.displayName || line.item} ${line.quantity} ${line.unitOfMeasure ?? ""}`)) }, { name: "incident", width: 160 }, { name: "needByTime", width: 160, show: (row) => <Countdown due={row.needByTime} /> }, { name: "paperworkDueTime", width: 160, show: (row) => (row.paperworkFiledTime ? "✓" : <Countdown due={row.paperworkDueTime} />) }];
const SHELTERS: Column[] = [{ name: "displayName" }, { name: "state", width: 120 }, { name: "occupancy", width: 210, show: (row) => <Occupancy row={row} /> }, { name: "level", width: 110 }, { name: "kind", width: 130 }, { name: "regionCode", width: 180 }, { name: "address" }];
const TEAMS: Column[] = [{ name: "displayName" }, { name: "teamClass", width: 160 }, { name: "specialties", width: 260, show: (row) => series(((row.specialties ?? []) as string[]).map(specialityName)) || "—" }, { name: "regionCode", width: 160 }, { name: "contact", width: 150 }];

export function Resources({ tab }: { tab?: string }) {
  const stock = ["lots", "movements", "transfers", "reservations"];
  return (
    <Boards
      here={tab} onChange={(key) => go(`/resources/${key}`)}
      tabs={[
        { key: "units", label: t("units"), children: <UnitBoard /> },
        { key: "available", label: t("stock.available"), children: <Availability /> },
        { key: "lots", label: t("lots"), children: <Board collection="lots" columns={LOTS} watched={stock} empty={t("stock.none")} /> },
        { key: "stores", label: t("stores"), children: <Board collection="stores" columns={STORES} empty={t("stores.none")} createLabel={t("store.new")} /> },
        { key: "transfers", label: t("transfers"), children: <Board collection="transfers" columns={TRANSFERS} watched={stock} empty={t("transfers.none")} createLabel={t("transfer.new")} /> },
        { key: "shelters", label: t("shelters"), children: <Board collection="shelters" columns={SHELTERS} watched={["stays"]} empty={t("shelters.none")} createLabel={t("shelter.new")} /> },
        { key: "teams", label: t("teams"), children: <Board collection="teams" columns={TEAMS} empty={t("teams.none")} createLabel={t("team.new")} more={(row) => <p style={{ opacity: 0.7 }}>{t("updated")} <Age since={row.updateTime} /></p>} /> },
      ]}
    />
  );
}
