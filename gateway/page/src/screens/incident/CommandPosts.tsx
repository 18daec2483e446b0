/** Who commands on the scene, everybody who did, and the transfer of command. */

import { Button, Card, Timeline } from "antd";
import { useState } from "react";
import { list, type Resource, type Schemas } from "../../api/client";
import { commandOf } from "../../api/contract";
import { CommandForm } from "../../parts/CommandForm";
import { Commands, Create } from "../../parts/Commands";
import { Loaded } from "../../parts/problem";
import { StateTag } from "../../parts/tags";
import { timeText } from "../../parts/time";
import { useCan, useMe } from "../../session";
import { useLive } from "../../stream/live";
import { aside, colon, enumName, series, t } from "../../texts";
import type { Incident } from "../situation/data";

type Post = Schemas["dispatch.v1.CommandPost"];

function Transfer({ incident, post, done }: { incident: Incident; post: Post; done: () => void }) {
  const can = useCan();
  const [open, setOpen] = useState(false);
  const command = commandOf("POST", "/incidents/{id}:transferCommand");
  if (!command || !can(command.permission)) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>{t("command.transfer")}</Button>
      {open && <CommandForm command={command} resource={{ name: incident.name }} preset={{ fromCommander: post.commander }} initial={{ leadLevel: post.leadLevel, org: post.org }} only={["toCommander", "leadLevel", "org", "brief", "title", "place"]} onClose={() => setOpen(false)} onDone={done} />}
    </>
  );
}

function PostCard({ post, incident, reload }: { post: Post; incident: Incident; reload: () => void }) {
  const inForce = post.state === "COMMAND_POST_STATE_IN_COMMAND";
  return (
    <Card size="small" style={{ marginBottom: 10 }} title={<>{post.title} <StateTag state={post.state} /></>} extra={<span style={{ display: "flex", gap: 6 }}>{inForce && <Transfer incident={incident} post={post} done={reload} />}<Commands resource={post as Resource} side={1} size="small" onDone={reload} /></span>}>
      <div>{t("command.commander")}{colon()}<strong>{post.commander}</strong>{aside(series([post.org, enumName(post.leadLevel)]))} {post.place}</div>
      <Timeline style={{ marginTop: 12 }} items={(post.terms ?? []).map((term) => ({ content: `${timeText(term.startTime)} – ${term.endTime ? timeText(term.endTime) : t("now")} ${term.commander} ${term.org} ${term.brief ?? ""}` }))} />
    </Card>
  );
}

export function CommandPosts({ incident }: { incident: Incident }) {
  const me = useMe();
  const name = incident.name ?? "";
  const live = useLive(`${name}/posts`, () => list<Post>("/commandPosts", { incident: name }), ["commandPosts", "incidents"]);
  return (
    <>
      <div style={{ marginBottom: 8 }}><Create path="/commandPosts" label={t("command.establish")} preset={{ incident: name }} initial={{ org: me.org, leadLevel: "LEAD_LEVEL_COUNTY" }} onDone={live.reload} /></div>
      <Loaded live={live} empty={t("command.none")}>{(posts) => posts.map((post) => <PostCard key={post.name} post={post} incident={incident} reload={live.reload} />)}</Loaded>
    </>
  );
}
