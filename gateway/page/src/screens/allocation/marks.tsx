/** What a dispatcher says of a line before asking again: keep it, or not this unit for this task. */

import { Button, Space } from "antd";
import type { Schemas } from "../../api/client";
import { t } from "../../texts";
import type { Spec } from "./spec";

export type Mark = "keep" | "bar";
type Line = Schemas["dispatch.v1.AllocationLine"];

/** Two small buttons, one of them pressed or none. */
export function Marks({ mark, set }: { mark: Mark | undefined; set: (mark: Mark | undefined) => void }) {
  return (
    <Space.Compact size="small">
      {(["keep", "bar"] as const).map((each) => (
        <Button key={each} size="small" type={mark === each ? "primary" : "default"} danger={each === "bar" && mark === each} onClick={() => set(mark === each ? undefined : each)} data-testid={`mark-${each}`}>{t(`allocation.${each}`)}</Button>
      ))}
    </Space.Compact>
  );
}

/** The specification with kept lines pinned and barred ones excluded; what was said later replaces what was said before. */
export function changed(spec: Spec, lines: Line[], marks: Map<number, Mark>): Spec {
  const marked = lines.filter((each) => marks.has(each.number ?? 0));
  const pairs = (mark: Mark) => marked.filter((each) => marks.get(each.number ?? 0) === mark).map(({ unit = "", task = "" }) => ({ unit, task }));
  const same = (one: { unit?: string; task?: string }, other: Line) => one.unit === other.unit && one.task === other.task;
  const before = (held: Spec["pinned"]) => (held ?? []).filter((pair) => !marked.some((line) => same(pair, line)));
  return { ...spec, pinned: [...before(spec.pinned), ...pairs("keep")], forbidden: [...before(spec.forbidden), ...pairs("bar")] };
}
