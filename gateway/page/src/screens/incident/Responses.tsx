/** Plan responses of the incident, with the action cards that fell due. */

import { list, type Resource } from "../../api/client";
import { Loaded } from "../../parts/problem";
import { Rehearsal, ResponseLevelTag, StateTag } from "../../parts/tags";
import { Commands, Create } from "../../parts/Commands";
import { useLive } from "../../stream/live";
import { t } from "../../texts";
import { ActionCards } from "../plans/ActionCards";

export function Responses({ incident }: { incident: string }) {
  const live = useLive(`${incident}/activations`, () => list<Resource>("/activations", { cause: incident }), ["activations"]);
  return (
    <>
      <div style={{ marginBottom: 8, display: "flex", gap: 8 }}>
        <Create path="/activations" label={t("activation.propose")} preset={{ cause: incident }} onDone={live.reload} />
        <Create path="/activations:activateUrgent" label={t("activation.urgent")} preset={{ cause: incident }} onDone={live.reload} />
      </div>
      <Loaded live={live} empty={t("activations.none")}>
        {(rows) => rows.map((row) => (
          <div key={row.name} style={{ marginBottom: 14 }}>
            <div className="page-head">
              <span><Rehearsal row={row} /> <strong>{String(row.planTitle || row.plan)}</strong> <ResponseLevelTag level={Number(row.level)} /> <StateTag state={row.state} /></span>
              <Commands resource={row} side={2} size="small" onDone={live.reload} />
            </div>
            <ActionCards cause={String(row.name)} />
          </div>
        ))}
      </Loaded>
    </>
  );
}
