/** Words of the page in the user's language: t("key"), names of fields, commands, facts and enum values. */

import { facts, labels } from "../api/contract";
import { en } from "./en";
import { fieldsZh } from "./fields_zh";
import { capabilitiesZh, enumsZh, reasonsZh, specialitiesZh, verbsZh } from "./terms_zh";
import { language } from "./language";
import { zh } from "./zh";

export type Key = keyof typeof zh;

/** A text, with {placeholders} filled. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text = (language() === "zh" ? zh : en)[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Several of a kind, one beside the other, as the reader's language writes them. */
export function series(words: readonly (string | undefined)[]): string {
  return words.join(language() === "zh" ? "、" : ", ");
}

/** Clauses of one sentence. */
export function clauses(words: readonly (string | undefined)[]): string {
  return words.join(language() === "zh" ? "；" : "; ");
}

/** A heading and what is said under it. */
export function headed(heading: string, said: string | number): string {
  return `${heading}${colon()}${said}`;
}

/** What stands between a heading and what it heads. */
export function colon(): string {
  return language() === "zh" ? "：" : ": ";
}

/** Said aside; with what sets it off from the word before. */
export function aside(words: string): string {
  return language() === "zh" ? `（${words}）` : ` (${words})`;
}

/** Who, without the kind of account. */
export function personName(who: unknown): string {
  return String(who ?? "").replace(/^user:/, "") || "—";
}

/** `expectTime` as "Expect time": the contract's English names are words already. */
export function words(name: string): string {
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/_/g, " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Fields whose own names are no English. */
const FIELDS_EN: Record<string, string> = { displayName: "Name", displayNameEn: "English name", teamDisplayName: "Team name", unitDisplayName: "Unit name", dutyEndTime: "Shift ends", heardTime: "Last heard", locateTime: "Located" };

/** The name of a field. */
export function fieldName(name: string): string {
  const last = name.split(".").pop()?.replace(/\[\d+\]/g, "") ?? name;
  return language() === "zh" ? (fieldsZh[last] ?? words(last)) : (FIELDS_EN[last] ?? words(last));
}

/** The name of a command. */
export function verbName(verb: string): string {
  const camel = verb.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return language() === "zh" ? (verbsZh[camel] ?? words(camel)) : words(camel);
}

/** The name of a fact of the live stream. */
export function factName(type: string): string {
  return facts[type]?.[language()] ?? words(type);
}

/** The word for an enum value; a dash for an unset one. */
export function enumName(value: unknown): string {
  if (typeof value !== "string" || !value || value.endsWith("_UNSPECIFIED")) return "—";
  const known = labels[value];
  if (!known) return value;
  return language() === "zh" ? enumsZh[value] || known.zh || known.en : known.en.charAt(0).toUpperCase() + known.en.slice(1);
}

/** True when the contract knows the value as an enum value. */
export function isEnum(value: unknown): value is string {
  return typeof value === "string" && (value in labels || value.endsWith("_UNSPECIFIED"));
}

/** Why a unit is recommended, in words. */
export function reasonName(code: string): string {
  return language() === "zh" ? (reasonsZh[code] ?? code) : words(code.toLowerCase());
}

/** A capability's code in words. */
export function capabilityName(code: string | undefined): string {
  if (!code) return "—";
  return language() === "zh" ? (capabilitiesZh[code] ?? code) : words(code);
}

/** A hazard's or discipline's code in words. */
export function specialityName(code: string): string {
  return language() === "zh" ? (specialitiesZh[code] ?? capabilitiesZh[code] ?? code) : words(code);
}
