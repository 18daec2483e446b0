/** Grades, alert colours and states as tags. Colour never stands alone: the word is always there. */

import { Tag } from "antd";
import { plainState } from "../api/contract";
import { enumName, t, type Key } from "../texts";

export const GRADE_COLOUR: Record<number, string> = { 1: "#ff4d4f", 2: "#fa8c16", 3: "#fadb14", 4: "#4096ff", 9: "#8c8c8c" };
const DARK_TEXT = new Set([2, 3]);

/** 特别重大 / 重大 / 较大 / 一般, with what is provisional about it. */
export function GradeTag({ level, provisional }: { level?: number; provisional?: boolean }) {
  const shown = level || 9;
  return (
    <Tag variant="solid" color={GRADE_COLOUR[shown]} style={{ color: DARK_TEXT.has(shown) ? "#1f1300" : "#fff", marginInlineEnd: 0 }}>
      {t(`grade.${shown}` as Key)}
      {provisional ? ` · ${t("grade.provisional")}` : ""}
    </Tag>
  );
}

/** True for what is not real: of an exercise, made for one, or a test message. */
export function isRehearsal(row: object): boolean {
  const { exerciseId, madeForExercise, status } = row as { exerciseId?: string; madeForExercise?: string; status?: string };
  return Boolean(exerciseId || madeForExercise) || status === "ALERT_STATUS_EXERCISE" || status === "ALERT_STATUS_TEST";
}

/** 演练 or 测试 for whatever is not real, else nothing. */
export function rehearsalWord(row: object): string {
  if (!isRehearsal(row)) return "";
  return t((row as { status?: string }).status === "ALERT_STATUS_TEST" ? "test" : "exercise");
}

/** The same as a mark. */
export function Rehearsal({ row }: { row: object }) {
  const word = rehearsalWord(row);
  return word ? <span className="exercise">{word}</span> : null;
}

/** Alert level as its colour 红橙黄蓝. */
export function AlertLevelTag({ level }: { level?: number }) {
  if (!level) return <>—</>;
  return (
    <Tag variant="solid" color={GRADE_COLOUR[level]} style={{ color: DARK_TEXT.has(level) ? "#1f1300" : "#fff" }}>
      {t(`alertLevel.${level}` as Key)}
    </Tag>
  );
}

/** Response level 一级 … 四级. */
export function ResponseLevelTag({ level }: { level?: number }) {
  if (!level) return <>—</>;
  return (
    <Tag variant="solid" color={GRADE_COLOUR[level]} style={{ color: DARK_TEXT.has(level) ? "#1f1300" : "#fff" }}>
      {t(`response.${level}` as Key)}
    </Tag>
  );
}

const GOOD = ["available", "met", "sent", "acknowledged", "verified", "published", "active", "done", "accepted", "in_command", "effective", "open", "completed", "approved", "on_duty", "delivered"];
const BUSY = ["en_route", "assigned", "on_scene", "working", "responding", "confirmed", "in_progress", "issued", "offered", "alerted", "pending", "shipped", "verifying", "handover", "preparing", "submitted", "proposed", "evaluating"];
const BAD = ["lost_contact", "bounced", "failed", "met_late", "expired", "declined", "out_of_service", "returned", "reported", "full", "missed", "damaged", "rejected"];

/** The colour of a state. */
export function stateColour(state: string | undefined): string {
  const plain = plainState(state);
  if (state === "OBLIGATION_STATE_OPEN") return "gold"; // owed, not good
  if (BAD.includes(plain)) return "volcano";
  if (BUSY.includes(plain)) return "processing";
  if (GOOD.includes(plain)) return "success";
  return "default";
}

/** A state in words. */
export function StateTag({ state }: { state?: string }) {
  return (
    <Tag color={stateColour(state)} style={{ marginInlineEnd: 0 }}>
      {enumName(state)}
    </Tag>
  );
}
