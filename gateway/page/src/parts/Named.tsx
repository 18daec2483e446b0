/** A resource by its title instead of its id: read once, remembered, shown as a link where it has a page. */

import { useEffect, useState } from "react";
import { get, type Resource } from "../api/client";
import { go, pageOf } from "../route";
import { language } from "../texts/language";
import { titleOf } from "./inputs";

const known = new Map<string, Promise<string>>();

/** What has no title of its own is called by what it is for; an assignment by its task. */
async function about(found: Resource, id: string): Promise<string> {
  return typeof found.task === "string" && found.task ? title(found.task) : id;
}

function title(name: string): Promise<string> {
  const key = `${language()} ${name}`;
  const held = known.get(key);
  if (held) return held;
  const id = name.split("/")[1] ?? name;
  const path = name.startsWith("units/") ? `/unitStatuses/${id}` : `/${name}`;
  const reading = get<Resource>(path).then((found) => (titleOf(found) === found.name ? about(found, id) : titleOf(found)), () => id); // who may not read it sees its id
  known.set(key, reading);
  return reading;
}

/** The title of `collection/id`. */
export function Named({ name }: { name: string }) {
  const [shown, setShown] = useState(name.split("/")[1] ?? name);
  useEffect(() => {
    let wanted = true;
    void title(name).then((found) => wanted && setShown(found));
    return () => void (wanted = false);
  }, [name]);
  const page = pageOf(name);
  if (!page) return <>{shown}</>;
  return <a onClick={(event) => { event.stopPropagation(); go(page); }}>{shown}</a>;
}
