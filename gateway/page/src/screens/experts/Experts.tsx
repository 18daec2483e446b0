/** The expert pool and call-ups with their shortlist and answers. */

import { Tag } from "antd";
import type { Resource } from "../../api/client";
import { Board, Boards } from "../../parts/Board";
import { Countdown, timeText } from "../../parts/time";
import { go } from "../../route";
import { useCan } from "../../session";
import { specialityName, t } from "../../texts";
import { Value } from "../../parts/Detail";

interface Profile {
  displayName?: string;
  employer?: string;
  title?: string;
  fields?: { hazard?: string; discipline?: string }[];
}

const profile = (row: Resource) => (row.profile ?? {}) as Profile;

/** Hazards and disciplines, each once. */
function specialities(row: Resource) {
  const codes = new Set((profile(row).fields ?? []).flatMap((each) => [each.hazard ?? "", each.discipline ?? ""]).filter(Boolean));
  return [...codes].map((code) => <Tag key={code}>{specialityName(code)}</Tag>);
}

function Shortlist({ row }: { row: Resource }) {
  const rows = (row.shortlist ?? []) as Record<string, unknown>[];
  if (!rows.length) return <p style={{ opacity: 0.7 }}>{t("shortlist.none")}</p>;
  return <div style={{ marginBottom: 12 }}><strong>{t("shortlist")}</strong>{rows.map((each, index) => <div key={index} style={{ padding: "6px 0", borderBottom: "1px solid #1d2d45" }}><Value name="candidate" value={each} /></div>)}</div>;
}

export function Experts({ tab }: { tab?: string }) {
  const can = useCan();
  const callUps = (
    <Board collection="callUps" empty={t("callUps.none")} createLabel={can("callups.run") ? t("callUp.new") : undefined} watched={["invitations", "experts"]} more={(row) => <Shortlist row={row} />}
      columns={[{ name: "question" }, { name: "state", width: 120 }, { name: "incident", width: 180 }, { name: "mode", width: 90 }, { name: "quota", width: 80 }, { name: "accepted", width: 90 }, { name: "needBy", width: 160, show: (row) => <Countdown due={row.needBy} /> }]} />
  );
  const experts = (
    <Board collection="experts" empty={t("experts.none")} createLabel={t("expert.new")}
      columns={[{ name: "displayName", width: 160, show: (row) => profile(row).displayName }, { name: "employer", show: (row) => <Value name="employer" value={profile(row).employer ?? ""} /> }, { name: "title", label: t("expert.title"), width: 230, show: (row) => profile(row).title }, { name: "fields", show: (row) => specialities(row) }, { name: "state", width: 120 }, { name: "appointEndTime", width: 150, show: (row) => timeText(row.appointEndTime) }]} />
  );
  const opinions = <Board collection="opinions" empty={t("opinions.none")} columns={[{ name: "callUp" }, { name: "conclusion" }, { name: "confidence", width: 110 }, { name: "state", width: 110 }, { name: "createTime", width: 150 }]} />;
  return <Boards here={tab} onChange={(key) => go(`/experts/${key}`)} tabs={[{ key: "callUps", label: t("callUps"), children: callUps }, { key: "experts", label: t("experts"), children: experts }, { key: "opinions", label: t("opinions"), children: opinions }]} />;
}
