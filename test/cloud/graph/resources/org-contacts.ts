import { noContent, ok, type Answer } from "../http/answer.ts";
import { notFound } from "../http/graph-error.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, namesFor, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { READ_CONTACTS } from "../rules/permission.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

/** Contacts come from Exchange or an on-premises directory: Graph only reads them (resources/orgcontact). */
const contacts = (call: Call): Collection => ({
  type: "orgContact",
  set: "contacts",
  typed: false,
  source: kindSource(call.tenant.directory, "orgContact"),
});

function get(call: Call): Answer {
  const { entity } = resolve(call, "orgContact", call.params["id"] ?? "");
  const { select, expand } = call.query;
  const shown = render(entity, entity.values, selected("orgContact", select), false);
  return ok({
    "@odata.context": contextOf(call.root, "contacts", select, true, expand),
    ...expander(call, "orgContact")(entity, shown),
  });
}

/** @throws GraphError 404 without one (orgcontact-get-manager) */
function manager(call: Call): Answer {
  const { directory } = call.tenant;
  const { entity } = resolve(call, "orgContact", call.params["id"] ?? "");
  const [first] = [...directory.relations.manager.targets(entity.id)];
  const boss = first && directory.get(first[0]);
  if (!boss || boss.state !== "live") throw notFound("manager");
  const names = namesFor("directoryObject", call.query.select)(boss);
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", call.query.select, true),
    ...render(boss, boss.values, names, true),
  });
}

export const orgContactRoutes: readonly Route[] = [
  { method: "GET", path: "/contacts/:id/manager", needs: READ_CONTACTS, handle: manager },
  {
    method: "GET",
    path: "/contacts",
    needs: READ_CONTACTS,
    handle: (call) => listAnswer(call, contacts(call)),
  },
  {
    method: "GET",
    path: "/contacts/$count",
    needs: READ_CONTACTS,
    handle: (call) => countAnswer(call, contacts(call)),
  },
  { method: "GET", path: "/contacts/:id", needs: READ_CONTACTS, handle: get },
  {
    method: "POST",
    path: "/contacts/:id/retryServiceProvisioning",
    needs: ["OrgContact.ReadWrite.All", "Directory.ReadWrite.All"],
    handle: (call) => {
      resolve(call, "orgContact", call.params["id"] ?? "");
      return noContent;
    },
  },
];
