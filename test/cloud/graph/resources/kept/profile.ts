import { noContent, type Answer } from "../../http/answer.ts";
import { badRequest } from "../../http/graph-error.ts";
import { MODELS } from "../../model/models.ts";
import { defaultOf } from "../../model/property.ts";
import { modelCase } from "../../odata/model-case.ts";
import type { Kind, Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { invalidValue } from "../resolve.ts";
import { mailboxSettingsOf } from "./mailbox-settings.ts";

const names = new Map<Kind, ReadonlySet<string>>();

/** The kind's properties that another service keeps, in lower case. */
function elsewhere(kind: Kind): ReadonlySet<string> {
  let found = names.get(kind);
  if (!found) {
    const kept = Object.entries(MODELS[kind]).filter(([, { access }]) => access === "unsupported");
    names.set(kind, (found = new Set(kept.map(([name]) => name.toLowerCase()))));
  }
  return found;
}

/**
 * Properties that another service keeps: SharePoint those of a person's profile, Exchange those of a
 * group. They are read with `$select` of one object, and written without any other (user-update, group-update).
 */
const isElsewhere = (kind: Kind, name: string): boolean => elsewhere(kind).has(name.toLowerCase());

const NONE: Values = {
  allowExternalSenders: false,
  autoSubscribeNewMembers: false,
  birthday: "0001-01-01T08:00:00Z",
  deviceEnrollmentLimit: 5,
  hideFromAddressLists: false,
  hideFromOutlookClients: false,
  hireDate: "0001-01-01T08:00:00Z",
  isSubscribedByMail: false,
  unseenCount: 0,
};

const shelf = (call: Call, kind: Kind): Map<string, Values> =>
  call.tenant.shelves.of(`${kind}/elsewhere`);

/** The properties of `$select` that the directory has; `undefined` if there is no `$select`. */
export const directoryNames = (kind: Kind, select: readonly string[] | undefined) =>
  select?.filter((name) => !isElsewhere(kind, name));

/** Those of `$select` that another service has, with their values. */
export function elsewhereOf(call: Call, kind: Kind, id: string): Values {
  const held = shelf(call, kind).get(id);
  const asked = (call.query.select ?? []).filter((name) => isElsewhere(kind, name));
  if (asked.length === 0) return {};
  // The id comes with them (group-get, example of allowExternalSenders).
  return Object.fromEntries([
    ["id", id],
    ...asked.map((given): readonly [string, unknown] => {
      const name = modelCase(MODELS[kind], given);
      if (name === "mailboxSettings") return [name, mailboxSettingsOf(call, id)];
      const property = MODELS[kind][name];
      return [name, held?.[name] ?? NONE[name] ?? (property ? defaultOf(property) : null)];
    }),
  ]);
}

/** Whether a body sets any of them. */
export const setsElsewhere = (kind: Kind, body: Values): boolean =>
  Object.keys(body).some((name) => isElsewhere(kind, name));

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === "boolean",
  date: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  integer: Number.isInteger,
  string: (value) => typeof value === "string",
  strings: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
};

/** @throws GraphError 400 if the body sets others too, or for a value of another type */
export function updateElsewhere(call: Call, kind: Kind, id: string): Answer {
  const given = Object.entries(call.body).filter(([name]) => !name.includes("@"));
  const other = given.find(([name]) => !isElsewhere(kind, name));
  if (other) {
    throw badRequest(
      "The request is invalid: properties that another service keeps must be updated in a request of their own.",
    );
  }
  for (const [name, value] of given) {
    const type = MODELS[kind][name]?.type ?? "string";
    if (name === "mailboxSettings" || (value !== null && TYPES[type]?.(value) !== true))
      throw invalidValue(kind, name);
  }
  shelf(call, kind).set(id, { ...shelf(call, kind).get(id), ...Object.fromEntries(given) });
  return noContent;
}
