/** The feed: what happened, as it happens. */

import type { ReactNode } from "react";
import { Named } from "../../parts/Named";
import { clockText } from "../../parts/time";
import { go, pageOf } from "../../route";
import { useFacts, type Fact } from "../../stream/stream";
import { useUnitName } from "../../stream/units";
import { enumName, factName, isEnum, t } from "../../texts";

const CODE = /^[A-Z][A-Z0-9_]+$/; // a reason meant for programs
const WORDS = ["title", "displayName", "unitDisplayName", "planTitle", "headline", "number", "address", "commander", "unit", "reason"];

function flatOf(fact: Fact): Record<string, unknown> {
  return { ...fact.payload, ...(Object.values(fact.payload).find((value) => typeof value === "object" && value && !Array.isArray(value)) as object | undefined), ...fact.payload };
}

/** The unit whose name this word is. */
function unitOf(fact: Fact, word: string): string | undefined {
  const { unit, unitDisplayName, displayName } = flatOf(fact);
  if (typeof unit === "string" && word === unitDisplayName) return unit;
  return word === displayName && fact.header.aggregate.startsWith("units/") ? fact.header.aggregate : undefined;
}

/** What the fact is about, in a few words of its own payload. */
export function about(fact: Fact): string {
  const flat = flatOf(fact);
  const word = WORDS.map((name) => flat[name]).find((value) => typeof value === "string" && value && !CODE.test(value));
  if (word) return String(word);
  return Object.values(flat).filter(isEnum).map(enumName).filter((each) => each !== "—").slice(0, 3).join(" · ");
}

/** The same, with the title instead of a resource's name. */
export function About({ fact }: { fact: Fact }) {
  const unitName = useUnitName();
  const word = about(fact), unit = unitOf(fact, word);
  if (unit) return <>{unitName(unit, word)}</>;
  return /^[a-z][a-zA-Z]+s\/[^/ ]+$/.test(word) ? <Named name={word} /> : <>{word}</>;
}

function Row({ fact }: { fact: Fact }) {
  const page = pageOf(fact.header.aggregate) ?? (fact.header.incident ? pageOf(fact.header.incident) : undefined);
  return (
    <div className="fact">
      <time>{clockText(fact.header.occurredAt)}</time>
      <div style={{ minWidth: 0 }}>
        {fact.header.exerciseId && <span className="exercise">{t("exercise")}</span>} {page ? <a onClick={() => go(page)}>{factName(fact.type)}</a> : factName(fact.type)}
        <div className="about"><About fact={fact} />{fact.header.actor?.org && fact.header.actor.org !== "system" ? ` · ${fact.header.actor.org}` : ""}</div>
      </div>
    </div>
  );
}

export function Facts({ empty }: { empty: ReactNode }) {
  const facts = useFacts();
  if (!facts.length) return <>{empty}</>;
  return <div>{facts.slice(0, 100).map((fact) => <Row key={fact.header.eventId} fact={fact} />)}</div>;
}
