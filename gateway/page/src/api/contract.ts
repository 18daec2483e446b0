/** What the page knows of the contract: commands with their permissions and fields, and which are legal in which state. */

import commandsJson from "../../generated/commands.json";
import factsJson from "../../generated/facts.json";
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

/** service → machine → command → states */
const machines = machinesJson as Record<string, Record<string, Record<string, string[]>>>;
export const facts = factsJson as Record<string, { zh: string; en: string }>;
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
const MACHINE: Record<string, string> = { unitStatuses: "unit", censuses: "census" };
/** Which service's machine, where two services have one of the same name. */
const SERVICE: Record<string, string> = { deliveries: "alerts", reviews: "plans", units: "none" };
/** Commands that the tables know by other names; any of them makes it legal. */
const ALIAS: Record<string, string[]> = {
  "alerts:update": ["supersede"], "alerts:forwardToUpper": ["forward"], "alerts:recordReceipt": ["supersede"], "assignments:report": ["depart", "arrive", "work"],
  "shifts:checkIn": ["check_in", "join", "check_in_late"], "invitations:recordAnswer": ["accept", "decline"], "invitations:standDown": ["withdraw"], "opinions:adopt": ["decide"],
  "activations:declineLevelChange": ["decline_level"], "reports:edit": ["update"],
};

function machineOf(collection: string): Record<string, string[]> | undefined {
  const words = collection.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const name = MACHINE[collection] ?? words.replace(/ies$/, "y").replace(/s$/, "");
  const service = SERVICE[collection];
  return service ? machines[service]?.[name] : Object.values(machines).find((each) => name in each)?.[name];
}

/** The state as the tables name it: INCIDENT_STATE_RESPONSE_ENDED is response_ended. */
export function plainState(state: string | undefined): string {
  return (state ?? "").replace(/^[A-Z_]*?_STATE_/, "").toLowerCase();
}

/** False when the services' own table says that the command is not legal in this state. */
export function legal(collection: string, verb: string, state: string | undefined): boolean {
  const machine = machineOf(collection);
  const names = ALIAS[`${collection}:${verb}`] ?? [verb.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  const known = names.filter((each) => machine && each in machine);
  return !machine || !state || known.length === 0 || known.some((each) => machine[each]?.includes(plainState(state)));
}
