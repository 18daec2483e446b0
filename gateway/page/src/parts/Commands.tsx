/** Buttons for what the caller may do with a resource in the state it is in; nothing else is shown. */

import { Button, Dropdown, Space } from "antd";
import { useState } from "react";
import type { Resource } from "../api/client";
import { commandOf, commandsOn, legal, type Command } from "../api/contract";
import { useCan } from "../session";
import { t, verbName } from "../texts";
import { CommandForm } from "./CommandForm";
import { FIELDS } from "./forms";

/** Commands that only field devices and gateways give, or that another part of the page offers in its own form. */
const ELSEWHERE = new Set(["allocationProposals:commit", "incidents:transferCommand", "units:setStatus", "shelters:edit", "stores:edit", "units:edit", "teams:edit", "stockQuotas:edit", "riskSources:edit", "experts:edit", "alerts:edit"]);
const WEIGHTY = new Set(["dismiss", "cancel", "terminate", "close", "archive", "reject", "recall", "discard", "standDown", "remove", "fail", "waive", "merge"]);

interface Properties {
  resource: Resource;
  /** How many buttons stand side by side before the rest goes into a menu. */
  side?: number;
  size?: "small" | "middle";
  /** What a form starts from, by verb. */
  initial?: Record<string, Record<string, unknown>>;
  onDone?: (answer: Resource) => void;
}

/** Commands on the resource that its state and the caller's permissions allow. */
export function allowed(resource: Resource, can: (permission: string) => boolean): Command[] {
  const collection = resource.name?.split("/")[0] ?? "";
  return commandsOn(collection).filter((each) => !ELSEWHERE.has(`${collection}:${each.verb}`) && can(each.permission) && legal(collection, each.verb, resource.state));
}

/** What the caller saw and the command must say again: the fence of an assignment, the content that is approved. */
function seen(command: Command, resource: Resource): Record<string, unknown> {
  const named = command.fields.filter((each) => ["fence", "contentHash"].includes(each.name) && resource[each.name] !== undefined);
  return Object.fromEntries(named.map((each) => [each.name, resource[each.name]]));
}

/** What a form starts from: an edit from all there is, a decision from what was proposed. */
function started(command: Command, resource: Resource): Record<string, unknown> {
  if (command.verb === "edit") return resource;
  return Object.fromEntries(["level", "subject", "measures"].filter((name) => resource[name]).map((name) => [name, resource[name]]));
}

/** The buttons. */
export function Commands({ resource, side = 3, size = "middle", initial = {}, onDone }: Properties) {
  const can = useCan();
  const [open, setOpen] = useState<Command>();
  const all = allowed(resource, can);
  const light = all.filter((each) => !WEIGHTY.has(each.verb));
  const shown = light.slice(0, side);
  const rest = all.filter((each) => !shown.includes(each));
  return (
    <>
      <Space wrap size={6}>
        {shown.map((each, index) => (
          <Button key={each.verb} size={size} type={index === 0 ? "primary" : "default"} onClick={() => setOpen(each)} data-testid={`do-${each.verb}`}>
            {verbName(each.verb)}
          </Button>
        ))}
        {rest.length > 0 && (
          <Dropdown trigger={["click"]} menu={{ items: rest.map((each) => ({ key: each.verb, label: verbName(each.verb), danger: WEIGHTY.has(each.verb), onClick: () => setOpen(each) })) }}>
            <Button size={size} data-testid="do-more">{t(shown.length ? "more" : "actions")} ▾</Button>
          </Dropdown>
        )}
      </Space>
      {open && (
        <CommandForm
          key={open.verb} command={open} resource={resource} preset={seen(open, resource)} initial={initial[open.verb] ?? started(open, resource)} onClose={() => setOpen(undefined)} onDone={onDone}
          only={FIELDS[`${resource.name?.split("/")[0]}:${open.verb}`]}
        />
      )}
    </>
  );
}

interface CreateProperties {
  path: string;
  label: string;
  preset?: Record<string, unknown>;
  initial?: Record<string, unknown>;
  type?: "primary" | "default";
  size?: "small" | "middle";
  onDone?: (answer: Resource) => void;
}

/** A button that makes a new thing; not there for callers who may not. */
export function Create({ path, label, preset, initial, type = "default", size, onDone }: CreateProperties) {
  const can = useCan();
  const [open, setOpen] = useState(false);
  const command = commandOf("POST", path);
  if (!command || !can(command.permission)) return null;
  return (
    <>
      <Button type={type} size={size} onClick={() => setOpen(true)} data-testid={`create-${path.slice(1)}`}>{label}</Button>
      {open && <CommandForm command={command} title={label} preset={preset} initial={initial} only={FIELDS[path.slice(1)]} onClose={() => setOpen(false)} onDone={onDone} />}
    </>
  );
}
