/** Plans and their versions, responses with action cards, drills, reviews and what must be improved. */

import { Card } from "antd";
import { get, type Resource } from "../../api/client";
import { Board, Boards } from "../../parts/Board";
import { Commands } from "../../parts/Commands";
import { Detail } from "../../parts/Detail";
import { Loaded } from "../../parts/problem";
import { Rehearsal, ResponseLevelTag, StateTag } from "../../parts/tags";
import { Countdown } from "../../parts/time";
import { go } from "../../route";
import { useLive } from "../../stream/live";
import { t } from "../../texts";
import { ActionCards } from "./ActionCards";

function Activation({ id }: { id: string }) {
  const name = `activations/${id}`;
  const live = useLive(name, () => get<Resource>(`/${name}`), ["activations", "tasks"]);
  return (
    <div className="page">
      <Loaded live={live}>
        {(row) => (
          <>
            <div className="page-head">
              <h2><Rehearsal row={row} /> {String(row.planTitle || row.plan)} <ResponseLevelTag level={Number(row.level)} /> <StateTag state={row.state} /></h2>
              <Commands resource={row} side={4} onDone={live.reload} />
            </div>
            <Card size="small" title={t("cards")} style={{ marginBottom: 14 }}><ActionCards cause={name} /></Card>
            <Detail resource={row} />
          </>
        )}
      </Loaded>
    </div>
  );
}

const level = { name: "level", width: 100, show: (row: Resource) => <ResponseLevelTag level={Number(row.level)} /> };
const state = { name: "state", width: 120 };

export function Plans({ tab, id }: { tab?: string; id?: string }) {
  if (tab === "activations" && id) return <Activation key={id} id={id} />;
  const activations = (
    <Board collection="activations" empty={t("activations.none")} createLabel={t("activation.propose")} watched={["incidents"]} onOpen={(row) => go(`/plans/${row.name}`)}
      columns={[{ name: "planTitle", show: (row) => <><Rehearsal row={row} /> {String(row.planTitle || row.plan)}</> }, level, state, { name: "cause", width: 200 }, { name: "activator", width: 160 }, { name: "activateTime", width: 150 }, { name: "expectedEndTime", width: 150, show: (row) => <Countdown due={row.expectedEndTime} /> }]} />
  );
  return (
    <Boards
      here={tab} onChange={(key) => go(`/plans/${key}`)}
      tabs={[
        { key: "activations", label: t("activations"), children: activations },
        { key: "plans", label: t("plans"), children: <Board collection="plans" empty={t("plans.none")} createLabel={t("plan.new")} watched={["planVersions"]} columns={[{ name: "title" }, { name: "kind", width: 130 }, { name: "docNo", width: 190 }, { name: "leadOrg", width: 190 }, { name: "hazards", width: 140 }, { name: "effectiveVersion", width: 150 }, { name: "validTo", width: 110 }]} /> },
        { key: "versions", label: t("planVersions"), children: <Board collection="planVersions" empty={t("plans.none")} columns={[{ name: "plan" }, { name: "number", width: 90 }, state, { name: "createTime", width: 150 }, { name: "updateTime", width: 150 }]} /> },
        { key: "drills", label: t("drills"), children: <Board collection="drills" empty={t("drills.none")} createLabel={t("drill.new")} columns={[{ name: "title" }, { name: "type", width: 130 }, state, { name: "year", width: 90 }, { name: "scheduledTime", width: 150 }, { name: "organiser", width: 190 }]} /> },
        { key: "reviews", label: t("reviews"), children: <Board collection="reviews" empty={t("reviews.none")} columns={[{ name: "activation" }, { name: "cause" }, state, { name: "createTime", width: 150 }]} /> },
        { key: "actions", label: t("correctiveActions"), children: <Board collection="correctiveActions" empty={t("corrective.none")} columns={[{ name: "text" }, { name: "ownerOrg", width: 190 }, state, { name: "dueOn", width: 120 }]} /> },
      ]}
    />
  );
}
