/** Log-in with a local account, or with the district's own identity provider. */

import { Button, Form, Input } from "antd";
import { useEffect, useState } from "react";
import { get, post, Refusal, type Problem } from "../api/client";
import { ProblemBox } from "../parts/problem";
import type { Me } from "../session";
import { t } from "../texts";
import { language, setLanguage } from "../texts/language";

export function Login({ entered }: { entered: (me: Me) => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [oidc, setOidc] = useState(false);
  useEffect(() => void get<{ oidc: boolean }>("/auth/methods").then((ways) => setOidc(ways.oidc), () => setOidc(false)), []); // local accounts are always offered
  const enter = async (values: { username: string; password: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      entered(await post<Me>("/auth/login", values));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setProblem(error.problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="login">
      <div className="box">
        <h1>烽火</h1>
        <p>{t("tagline")}</p>
        {problem && <div style={{ marginBottom: 14 }}><ProblemBox problem={problem} /></div>}
        <Form layout="vertical" onFinish={(values) => void enter(values)} requiredMark={false}>
          <Form.Item name="username" label={t("login.user")} rules={[{ required: true, message: t("required") }]}>
            <Input size="large" autoFocus autoComplete="username" />
          </Form.Item>
          <Form.Item name="password" label={t("login.password")} rules={[{ required: true, message: t("required") }]}>
            <Input.Password size="large" autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" size="large" block htmlType="submit" loading={busy}>{t("login.enter")}</Button>
        </Form>
        <div style={{ display: "flex", justifyContent: "space-between", marginTop: 14 }}>
          {oidc ? <Button type="link" href="/api/v1/auth/oidc/login">{t("login.oidc")}</Button> : <span />}
          <Button type="link" onClick={() => setLanguage(language() === "zh" ? "en" : "zh")}>{t("otherLanguage")}</Button>
        </div>
      </div>
    </div>
  );
}
