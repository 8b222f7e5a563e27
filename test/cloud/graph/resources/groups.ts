import { ok, type Answer } from "../http/answer.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { READ_GROUPS } from "../rules/permission.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

const INDEXED = new Set(["id", "displayName", "mailNickname", "mail", "uniqueName"]);

function groups(call: Call): Collection {
  const { directory } = call.tenant;
  return {
    type: "group",
    set: "groups",
    typed: false,
    source: kindSource(directory, "group"),
    lookUp: (property, value) => {
      if (!INDEXED.has(property)) return undefined;
      if (property !== "id") return directory.find("group", property, value);
      const found = directory.get(value);
      return found?.kind === "group" && found.state === "live" ? [found] : [];
    },
  };
}

function get(call: Call): Answer {
  const { entity, values } = resolve(call, "group", call.params["group"] ?? "");
  const shown = render(entity, values, selected("group", call.query.select), false);
  return ok({
    "@odata.context": contextOf(call.root, "groups", call.query.select, true),
    ...expander(call, "group")(entity, shown),
  });
}

export const groupRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/groups",
    needs: READ_GROUPS,
    handle: (call) => listAnswer(call, groups(call)),
  },
  {
    method: "GET",
    path: "/groups/$count",
    needs: READ_GROUPS,
    handle: (call) => countAnswer(call, groups(call)),
  },
  { method: "GET", path: "/groups/:group", needs: READ_GROUPS, handle: get },
];
