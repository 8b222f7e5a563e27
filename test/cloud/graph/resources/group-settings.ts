import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { READ_DIRECTORY, READ_GROUPS, type Needs } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { conflicting } from "./directory-roles.ts";
import { groupSettingTemplate } from "./group-setting-templates.ts";
import { resolve } from "./resolve.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const SET = "groupSettings";
const WRITE: Needs = ["Directory.ReadWrite.All"];

interface SettingValue {
  readonly name?: unknown;
  readonly value?: unknown;
}

const invalid = (property: string) =>
  badRequest(`Invalid value specified for property '${property}' of resource 'GroupSetting'.`);

/** The settings of one group, or those of the tenant. */
function settingsOf(call: Call): Map<string, Values> {
  const { groupSettings } = call.tenant;
  const id = call.params["id"];
  const owner = id === undefined ? "" : resolve(call, "group", id).entity.id;
  const held = groupSettings.get(owner) ?? new Map<string, Values>();
  groupSettings.set(owner, held);
  return held;
}

/** What is given, over what the template says. @throws GraphError 400 for a name that it does not have */
function valuesAfter(template: Values, given: unknown): readonly Values[] {
  if (!Array.isArray(given)) throw invalid("values");
  const initial = template["values"] as readonly Values[];
  const asked = new Map((given as SettingValue[]).map(({ name, value }) => [name, value]));
  const names = new Set(initial.map(({ name }) => name));
  if ([...asked.keys()].some((name) => !names.has(name))) throw invalid("values");
  return initial.map(({ name, defaultValue }) => ({
    name,
    value: String(asked.get(name) ?? defaultValue),
  }));
}

const entity = (call: Call, setting: Values): Values => ({
  "@odata.context": contextOf(call.root, SET, undefined, true),
  ...setting,
});

/** One setting of each template (group-post-settings). @throws GraphError 400 */
function create(call: Call): Answer {
  const held = settingsOf(call);
  const template = groupSettingTemplate(String(call.body["templateId"]));
  if (!template) throw invalid("templateId");
  const forGroups = template["displayName"] === "Group.Unified.Guest";
  if (forGroups !== (call.params["id"] !== undefined)) throw invalid("templateId");
  if ([...held.values()].some((one) => one["templateId"] === template["id"])) throw conflicting();
  const setting: Values = {
    id: call.tenant.directory.newId(),
    displayName: template["displayName"],
    templateId: template["id"],
    values: valuesAfter(template, call.body["values"]),
  };
  held.set(String(setting["id"]), setting);
  return { status: 201, body: entity(call, setting) };
}

function found(call: Call): Values {
  const id = call.params["setting"] ?? "";
  const setting = settingsOf(call).get(id.toLowerCase());
  if (!setting) throw notFound(id);
  return setting;
}

function update(call: Call): Answer {
  const setting = found(call);
  const template = groupSettingTemplate(String(setting["templateId"]));
  if (!template) throw notFound(String(setting["templateId"]));
  const values = valuesAfter(template, call.body["values"]);
  settingsOf(call).set(String(setting["id"]), { ...setting, values });
  return noContent;
}

function remove(call: Call): Answer {
  settingsOf(call).delete(String(found(call)["id"]));
  return noContent;
}

const routesAt = (path: string, read: Needs): readonly Route[] => [
  {
    method: "GET",
    path,
    needs: read,
    handle: (call) => resourceList(call, SET, [...settingsOf(call).values()]),
  },
  { method: "POST", path, needs: WRITE, body: "required", handle: create },
  {
    method: "GET",
    path: `${path}/:setting`,
    needs: read,
    handle: (call) => ok(entity(call, found(call))),
  },
  { method: "PATCH", path: `${path}/:setting`, needs: WRITE, body: "required", handle: update },
  { method: "DELETE", path: `${path}/:setting`, needs: WRITE, handle: remove },
];

export const groupSettingRoutes: readonly Route[] = [
  ...routesAt("/groupSettings", READ_DIRECTORY),
  ...routesAt("/groups/:id/settings", READ_GROUPS),
];
