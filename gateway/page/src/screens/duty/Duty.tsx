/** The duty board: shifts with check-in and handover, gaps, spot checks, instructions from above. */

import { Alert } from "antd";
import { list, type Resource } from "../../api/client";
import { Board, Boards } from "../../parts/Board";
import { Create } from "../../parts/Commands";
import { Loaded } from "../../parts/problem";
import { timeText } from "../../parts/time";
import { go } from "../../route";
import { useMe } from "../../session";
import { now } from "../../stream/clock";
import { useLive } from "../../stream/live";
import { enumName, series, t } from "../../texts";

const WEEK_MS = 7 * 86_400_000;

interface Person {
  displayName?: string;
  checkInTime?: string;
}

function persons(value: unknown): string {
  const all = (Array.isArray(value) ? value : value ? [value] : []) as Person[];
  return series(all.map((each) => `${each.displayName}${each.checkInTime ? " ✓" : ""}`));
}

/** Hours of the next week that nobody stands for. */
function Gaps() {
  const me = useMe();
  const from = new Date(now()).toISOString();
  const until = new Date(now() + WEEK_MS).toISOString();
  const live = useLive("gaps", () => list<Resource>("/dutyGaps", { org: me.org, startTime: from, endTime: until }), ["shifts"]);
  return (
    <Loaded live={live}>
      {(gaps) => (gaps.length ? <Alert type="error" showIcon style={{ marginBottom: 12 }} title={t("gaps", { count: gaps.length })} description={gaps.slice(0, 5).map((gap, index) => <div key={index}>{enumName(gap.kind)} {timeText(gap.startTime)} – {timeText(gap.endTime)}</div>).concat(<div key="how">{t("gaps.how")}</div>)} /> : <Alert type="success" showIcon style={{ marginBottom: 12 }} title={t("gaps.none")} />)}
    </Loaded>
  );
}

function Shifts() {
  const me = useMe();
  const { org } = me;
  const columns = [
    { name: "org" }, { name: "startTime", width: 150 }, { name: "endTime", width: 150 }, { name: "state", width: 110 },
    { name: "leader", width: 200, show: (row: Resource) => persons(row.leader) }, { name: "officers", width: 300, show: (row: Resource) => persons(row.officers) },
  ];
  const file = <Create path="/shifts:file" label={t("shift.file")} initial={{ org }} />;
  return <><Gaps /><Board collection="shifts" columns={columns} empty={t("shifts.none")} createLabel={t("shift.new")} extra={file} /></>;
}

export function Duty({ tab }: { tab?: string }) {
  return (
    <Boards
      here={tab} onChange={(key) => go(`/duty/${key}`)}
      tabs={[
        { key: "shifts", label: t("shifts"), children: <Shifts /> },
        { key: "instructions", label: t("instructions"), children: <Board collection="instructions" empty={t("instructions.none")} createLabel={t("instruction.new")} columns={[{ name: "giver", width: 160 }, { name: "content" }, { name: "state", width: 110 }, { name: "incident", width: 180 }, { name: "dueTime", width: 150 }]} /> },
        { key: "spotChecks", label: t("spotChecks"), children: <Board collection="spotChecks" empty={t("spotChecks.none")} createLabel={t("spotCheck.new")} columns={[{ name: "shift" }, { name: "kind", width: 120 }, { name: "state", width: 110 }, { name: "createTime", width: 150 }]} /> },
        { key: "consultations", label: t("consultations"), children: <Board collection="consultations" empty={t("consultations.none")} createLabel={t("consultation.new")} columns={[{ name: "subject" }, { name: "participants" }, { name: "state", width: 110 }, { name: "createTime", width: 150 }, { name: "conclusion" }]} /> },
      ]}
    />
  );
}
