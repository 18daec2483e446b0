/** The bar on top: where, when, who, in which language, and whether what is shown is live. */

import { Button, Dropdown, Modal, Tag, Tooltip } from "antd";
import { useState } from "react";
import { post } from "../api/client";
import { regionName } from "../map/reference";
import { dayText } from "../parts/time";
import { go, useRoute } from "../route";
import { useCan, useMe } from "../session";
import { useNow, useRealClock } from "../stream/clock";
import { useConnection, type Connection } from "../stream/stream";
import { type Key, series, t } from "../texts";
import { language, setLanguage } from "../texts/language";
import { ClockForm } from "./ClockForm";

const SCREENS: [string, Key, string][] = [
  ["", "nav.situation", ""], ["incidents", "nav.incidents", "incidents.read"], ["alerts", "nav.alerts", "alerts.read"], ["resources", "nav.resources", "resources.read"],
  ["plans", "nav.plans", "plans.read"], ["duty", "nav.duty", "duty.read"], ["experts", "nav.experts", "experts.read"],
];
const COLOUR: Record<Connection, string> = { connecting: "#faad14", live: "#52c41a", broken: "#ff4d4f" };

function Clock() {
  const now = useNow();
  const real = useRealClock();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const shown = <span className="clock" data-testid="clock">{dayText(now)}</span>;
  return (
    <Tooltip title={t(real ? "clock.real" : "clock.set")}>
      <span style={{ cursor: can("clock.set") ? "pointer" : "default" }} onClick={() => can("clock.set") && setOpen(true)}>
        {shown} {!real && <Tag color="gold">{t("clock.simulated")}</Tag>}
      </span>
      {open && <ClockForm close={() => setOpen(false)} />}
    </Tooltip>
  );
}

export function Header({ leave }: { leave: () => void }) {
  const me = useMe();
  const can = useCan();
  const [here = ""] = useRoute();
  const connection = useConnection();
  const [who, setWho] = useState(false);
  const out = () => void post("/auth/logout").then(leave, leave); // also when the session had ended already
  return (
    <header className="header">
      <span className="brand" onClick={() => go("/")}>烽火</span>
      <span className="district">{regionName(me.district)}</span>
      <nav>
        {SCREENS.filter(([, , permission]) => !permission || can(permission)).map(([path, key]) => (
          <a key={key} href={`/${path}`} className={here === path ? "here" : ""} onClick={(event) => { event.preventDefault(); go(`/${path}`); }}>{t(key)}</a>
        ))}
      </nav>
      <Tooltip title={t(`stream.${connection}.hint` as Key)}>
        <span data-testid="stream" data-state={connection}><span className="dot" style={{ background: COLOUR[connection] }} />{t(`stream.${connection}` as Key)}</span>
      </Tooltip>
      <Clock />
      <Dropdown menu={{ items: [{ key: "who", label: t("me.permissions"), onClick: () => setWho(true) }, { key: "out", label: t("me.out"), onClick: out }] }}>
        <span className="stack" style={{ cursor: "pointer" }} data-testid="me"><div>{me.name}</div><div className="org" style={{ opacity: 0.6 }}>{me.org}</div></span>
      </Dropdown>
      <Button size="small" onClick={() => setLanguage(language() === "zh" ? "en" : "zh")} data-testid="language">{t("otherLanguage")}</Button>
      <Modal open={who} onCancel={() => setWho(false)} footer={null} title={me.name}>
        <p>{me.org} · {me.roles.join(", ")} · {series(me.regions.map(regionName))}</p>
        <div>{me.permissions.map((each) => <Tag key={each} style={{ marginBottom: 4 }}>{each}</Tag>)}</div>
      </Modal>
    </header>
  );
}
