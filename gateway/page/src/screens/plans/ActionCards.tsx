/** Action cards of a response: the clause, who does what until when, and how far it is. */

import { Table, Tag } from "antd";
import { list, type Resource } from "../../api/client";
import { Loaded } from "../../parts/problem";
import { Countdown } from "../../parts/time";
import { useLive } from "../../stream/live";
import { enumName, fieldName, t } from "../../texts";

/** A card as the service lists it: the card itself may be wrapped with its progress. */
function flat(row: Resource): Resource {
  const card = (row.card && typeof row.card === "object" ? row.card : row.actionCard && typeof row.actionCard === "object" ? row.actionCard : {}) as Resource;
  return { ...card, ...row, card: typeof row.card === "string" ? row.card : (card.card as string) };
}

export function ActionCards({ cause }: { cause: string }) {
  const live = useLive(`${cause}/cards`, () => list<Resource>(`/${cause}/actionCards`), ["activations", "tasks"]);
  return (
    <Loaded live={live} empty={t("cards.none")}>
      {(rows) => (
        <Table
          size="small" rowKey={(_, index) => String(index)} dataSource={rows.map(flat)} pagination={false}
          columns={[
            { title: fieldName("clause"), width: 80, render: (_, row) => <Tag>{String(row.clause || "—")}</Tag> },
            { title: fieldName("phase"), width: 90, render: (_, row) => enumName(row.phase) },
            { title: fieldName("post"), width: 150, render: (_, row) => String(row.post || "—") },
            { title: fieldName("action"), render: (_, row) => <>{row.lifeSaving === true && <Tag color="red">{fieldName("lifeSaving")}</Tag>}{String(row.action ?? "")}</> },
            { title: fieldName("state"), width: 100, render: (_, row) => enumName(row.state) },
            { title: fieldName("dueTime"), width: 130, render: (_, row) => (row.dueTime ? <Countdown due={row.dueTime} /> : row.dueOffsetMinutes ? t("clocks.after", { minutes: Number(row.dueOffsetMinutes) }) : "—") },
          ]}
        />
      )}
    </Loaded>
  );
}
