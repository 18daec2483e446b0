/** The page: log-in, then header and the screen of the path. */

import { App as AntApp, ConfigProvider, theme } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { Component, useEffect, useState, type ReactNode } from "react";
import { get, onSignedOut, Refusal, type Problem } from "./api/client";
import { readNames } from "./map/reference";
import { ProblemBox, Waiting } from "./parts/problem";
import { useRoute } from "./route";
import { Alerts } from "./screens/alerts/Alerts";
import { Duty } from "./screens/duty/Duty";
import { Experts } from "./screens/experts/Experts";
import { Header } from "./screens/Header";
import { Incident } from "./screens/incident/Incident";
import { Incidents } from "./screens/incident/Incidents";
import { Register } from "./screens/incident/Register";
import { Login } from "./screens/Login";
import { Plans } from "./screens/plans/Plans";
import { Replay } from "./screens/replay/Replay";
import { Resources } from "./screens/resources/Resources";
import { Situation } from "./screens/situation/Situation";
import { SessionContext, type Me } from "./session";
import { useClockSource } from "./stream/clock";
import { startStream, stopStream } from "./stream/stream";
import { forgetUnits } from "./stream/units";
import { t } from "./texts";
import { useLanguage } from "./texts/language";

/** Catches what nobody foresaw, so that the page says so instead of turning blank. */
class Guarded extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <div style={{ padding: 40 }}>
        <h2>{t("crash.title")}</h2>
        <p>{t("crash.next")}</p>
        <pre style={{ opacity: 0.6 }}>{String(this.state.error)}</pre>
      </div>
    );
  }
}

function Screen() {
  const [first, second, third] = useRoute();
  switch (first) {
    case "incidents":
      if (second === "register") return <Register />;
      return second && !["obligations", "signals", "allocations"].includes(second) ? <Incident key={second} name={`incidents/${second}`} /> : <Incidents tab={second} id={third} />;
    case "alerts":
      return <Alerts id={second} />;
    case "resources":
      return <Resources tab={second} />;
    case "plans":
      return <Plans tab={second} id={third} />;
    case "replay":
      return <Replay key={`${second}/${third}`} name={`${second}/${third}`} />;
    case "duty":
      return <Duty tab={second} />;
    case "experts":
      return <Experts tab={second} />;
    default:
      return <Situation />;
  }
}

function Inside({ me, leave }: { me: Me; leave: () => void }) {
  const [named, setNamed] = useState(false);
  useClockSource();
  useEffect(() => {
    startStream();
    readNames().then(() => setNamed(true), () => setNamed(true)); // without names the codes are shown
    return () => {
      stopStream();
      forgetUnits();
    };
  }, []);
  return (
    <SessionContext value={me}>
      <div className="shell">
        <Header leave={leave} />
        <main className="shell-body">
          <Guarded key={location.pathname}>{named ? <Screen /> : <Waiting />}</Guarded>
        </main>
      </div>
    </SessionContext>
  );
}

function Session() {
  const [me, setMe] = useState<Me | null>();
  const [problem, setProblem] = useState<Problem>();
  const ask = () => {
    setProblem(undefined);
    get<Me>("/auth/me").then(setMe, (error: unknown) => {
      if (error instanceof Refusal && error.problem.status === 401) setMe(null);
      else if (error instanceof Refusal) setProblem(error.problem);
      else throw error;
    });
  };
  useEffect(() => {
    onSignedOut(() => setMe(null));
    ask();
  }, []);
  if (problem) return <div style={{ padding: 60 }}><ProblemBox problem={problem} again={ask} /></div>;
  if (me === undefined) return <Waiting />;
  return me ? <Inside me={me} leave={() => setMe(null)} /> : <Login entered={setMe} />;
}

/** The whole page in the chosen language. */
export function Root() {
  const chosen = useLanguage();
  dayjs.locale(chosen === "zh" ? "zh-cn" : "en");
  const look = { algorithm: theme.darkAlgorithm, token: { colorPrimary: "#e8743b", colorInfo: "#3b8be8", colorBgBase: "#0b1422", colorBgContainer: "#101c2e", colorBgElevated: "#16243a", colorBorder: "#2b3d57", colorBorderSecondary: "#1d2d45", borderRadius: 6, motion: false, colorLink: "#69b1ff" }, components: { Table: { rowSelectedBg: "#16243a", rowSelectedHoverBg: "#1d2d45" } } };
  return (
    <ConfigProvider locale={chosen === "zh" ? zhCN : enUS} theme={look} button={{ autoInsertSpace: false }}>
      <AntApp style={{ height: "100%" }} key={chosen}>
        <Guarded>
          <Session />
        </Guarded>
      </AntApp>
    </ConfigProvider>
  );
}
