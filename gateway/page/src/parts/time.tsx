/** Times as the duty room reads them: always China standard time (UTC+8), wherever the browser stands. */

import dayjs, { type Dayjs } from "dayjs";
import utc from "dayjs/plugin/utc";
import { Typography } from "antd";
import { t } from "../texts";
import { useNow } from "../stream/clock";

dayjs.extend(utc);
const ZONE_MINUTES = 480;

/** `07-29 15:20`, with the year when it is not this one's. */
export function timeText(value: unknown, withSeconds = false): string {
  if (typeof value !== "string" || !value) return "—";
  const time = dayjs.utc(value).utcOffset(ZONE_MINUTES);
  if (!time.isValid()) return value;
  return time.format(withSeconds ? "MM-DD HH:mm:ss" : "YYYY-MM-DD HH:mm");
}

/** Only the time of day. */
export function clockText(value: string | number): string {
  return dayjs.utc(value).utcOffset(ZONE_MINUTES).format("HH:mm:ss");
}

/** The domain's day and time for the header. */
export function dayText(value: number): string {
  return dayjs.utc(value).utcOffset(ZONE_MINUTES).format("YYYY-MM-DD HH:mm:ss");
}

/** What a picker holds (wall clock) as RFC 3339 with +08:00. */
export function wire(value: Dayjs): string {
  return `${value.format("YYYY-MM-DDTHH:mm:ss")}+08:00`;
}

/** The wall clock in China at a moment, for a picker. */
export function wall(moment: number | string): Dayjs {
  return dayjs(dayjs.utc(moment).utcOffset(ZONE_MINUTES).format("YYYY-MM-DDTHH:mm:ss"));
}

/** `2 小时 5 分`. */
export function spanText(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days) return t("span.days", { days, hours });
  if (hours) return t("span.hours", { hours, minutes: rest });
  if (minutes) return t("span.minutes", { minutes });
  return t("span.seconds", { seconds: Math.floor(Math.abs(ms) / 1000) });
}

/** How long ago. */
export function Age({ since }: { since: unknown }) {
  const now = useNow();
  if (typeof since !== "string") return <>—</>;
  return <span title={timeText(since)}>{spanText(now - Date.parse(since))}</span>;
}

const SOON_MS = 15 * 60_000;

/** Time left until a deadline; amber within a quarter of an hour, red when it has passed. */
export function Countdown({ due }: { due: unknown }) {
  const now = useNow();
  if (typeof due !== "string") return <>—</>;
  const left = Date.parse(due) - now;
  const type = left < 0 ? "danger" : left < SOON_MS ? "warning" : undefined;
  return (
    <Typography.Text type={type} strong={type !== undefined} title={timeText(due)} style={{ fontVariantNumeric: "tabular-nums" }}>
      {t(left < 0 ? "due.over" : "due.left", { span: spanText(left) })}
    </Typography.Text>
  );
}
