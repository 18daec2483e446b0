/** What the page knows of the contract: commands with their permissions and fields, and which are legal in which state. */

import commandsJson from "../../generated/commands.json";
import labelsJson from "../../generated/labels.json";
import machinesJson from "../../generated/machines.json";

export interface Field {
  name: string;
  kind: "text" | "int" | "long" | "number" | "bool" | "time" | "duration" | "point" | "polygon" | "enum" | "object" | "any";
  required?: boolean;
  many?: boolean;
  personal?: boolean;
  values?: string[];
  fields?: Field[];
  note?: string;
}

export interface Command {
  method: string;
  path: string;
  verb: string;
  permission: string;
  note: string;
  fields: Field[];
}

type Machines = Record<string, Record<string, string[]>>;
const machines = machinesJson as Machines;
export const labels = labelsJson as Record<string, { zh: string; en: string }>;

const commands = new Map<string, Command>();
for (const [key, value] of Object.entries(commandsJson as Record<string, { permission: string; note: string; fields: unknown }>)) {
  const [method = "", path = ""] = key.split(" ");
  const verb = /:(\w+)$/.exec(path)?.[1] ?? (method === "PATCH" ? "edit" : "create");
  commands.set(key, { method, path, verb, permission: value.permission, note: value.note, fields: value.fields as Field[] });
}

/** The command of this method and path, for example ("POST", "/incidents/{id}:confirm"). */
export function commandOf(method: string, path: string): Command | undefined {
  return commands.get(`${method} ${path}`);
}

/** Commands on one resource of a collection, in the contract's order. */
export function commandsOn(collection: string): Command[] {
  const prefix = `/${collection}/{id}`;
  return [...commands.values()].filter((each) => each.path === prefix || each.path.startsWith(`${prefix}:`));
}

/** Machines whose name is not the singular of the collection. */
const MACHINE: Record<string, string> = { planVersions: "plan version", planFilings: "plan filing", riskSources: "risk source", unitStatuses: "unit" };

function machineOf(collection: string): Record<string, string[]> | undefined {
  const words = collection.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return machines[MACHINE[collection] ?? words.replace(/ies$/, "y").replace(/s$/, "")] ?? machines[words];
}

/** The state as the tables name it: INCIDENT_STATE_RESPONSE_ENDED is response_ended. */
export function plainState(state: string | undefined): string {
  return (state ?? "").replace(/^[A-Z_]*?_STATE_/, "").toLowerCase();
}

/** False when the services' own table says that the command is not legal in this state. */
export function legal(collection: string, verb: string, state: string | undefined): boolean {
  const machine = machineOf(collection);
  const sources = machine?.[verb.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  return !sources || !state || sources.includes(plainState(state));
}
