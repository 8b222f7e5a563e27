import { ok, type Answer } from "../../http/answer.ts";
import { GraphError } from "../../http/graph-error.ts";
import { READ_MAILBOX_SETTINGS as READ, type Needs } from "../../rules/permission.ts";
import { isObject, type Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { resolve } from "../resolve.ts";
import type { Route } from "../route.ts";
import { checkedBody, isText, oneOf, type Checks } from "./body.ts";

const WRITE: Needs = ["MailboxSettings.ReadWrite"];
const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const CHECKS: Checks = {
  automaticRepliesSetting: isObject,
  dateFormat: isText,
  delegateMeetingMessageDeliveryOptions: oneOf(
    "sendToDelegateAndInformationToPrincipal",
    "sendToDelegateAndPrincipal",
    "sendToDelegateOnly",
  ),
  language: isObject,
  timeFormat: isText,
  timeZone: isText,
  workingHours: isObject,
};

const hourOf = (hour: number): Values => ({
  dateTime: `2026-01-01T${hour}:00:00.0000000`,
  timeZone: "UTC",
});

/** The settings of a new mailbox. */
const initial = (id: string): Values => ({
  archiveFolder: Buffer.from(`archive of ${id}`).toString("base64"),
  timeZone: "UTC",
  delegateMeetingMessageDeliveryOptions: "sendToDelegateOnly",
  dateFormat: "M/d/yyyy",
  timeFormat: "h:mm tt",
  userPurpose: "user",
  automaticRepliesSetting: {
    status: "disabled",
    externalAudience: "all",
    internalReplyMessage: "",
    externalReplyMessage: "",
    scheduledStartDateTime: hourOf(10),
    scheduledEndDateTime: hourOf(11),
  },
  language: { locale: "en-US", displayName: "English (United States)" },
  workingHours: {
    daysOfWeek: WEEK.slice(0, 5),
    startTime: "08:00:00.0000000",
    endTime: "17:00:00.0000000",
    timeZone: { name: "UTC" },
  },
});

/** Enumerated values are shown in lower case at their first letter (the examples of the page). */
const shownValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one) => String(one).toLowerCase());
  return typeof value === "string" && /^[A-Z][A-Za-z]+$/.test(value)
    ? value.charAt(0).toLowerCase() + value.slice(1)
    : value;
};

/** Members that a change does not name stay (user-update-mailboxsettings). */
const merged = (before: Values, given: Values): Values =>
  Object.fromEntries(
    Object.entries({ ...before, ...given }).map(([name, value]) => {
      const held = before[name];
      const keepsCase = name.endsWith("Message") || name === "timeZone";
      if (isObject(value) && isObject(held) && name !== "timeZone")
        return [name, merged(held, value)];
      return [name, name in given && !keepsCase ? shownValue(value) : value];
    }),
  );

interface Mailbox {
  readonly id: string;
  readonly settings: Values;
}

function mailbox(call: Call): Mailbox {
  const { id } = resolve(call, "user", call.params["user"] ?? "").entity;
  return { id, settings: call.tenant.shelves.of("mailboxSettings").get(id) ?? initial(id) };
}

const contextIn = (call: Call, { id }: Mailbox, name = ""): string =>
  `${call.root}/$metadata#users('${id}')/mailboxSettings${name}`;

function get(call: Call): Answer {
  const held = mailbox(call);
  return ok({ "@odata.context": contextIn(call, held), ...held.settings });
}

/** One setting by its path: an object as itself, any other as `value`. @throws GraphError 400 for an unknown one */
function getOne(call: Call): Answer {
  const held = mailbox(call);
  const asked = (call.params["setting"] ?? "").toLowerCase();
  const found = Object.entries(held.settings).find(([name]) => name.toLowerCase() === asked);
  if (!found) {
    throw new GraphError(400, "BadRequest", `Resource not found for the segment '${asked}'.`);
  }
  const [name, value] = found;
  const context = { "@odata.context": contextIn(call, held, `/${name}`) };
  return ok(isObject(value) ? { ...context, ...value } : { ...context, value });
}

function update(call: Call): Answer {
  const held = mailbox(call);
  const settings = merged(held.settings, checkedBody(call, "MailboxSettings", CHECKS));
  call.tenant.shelves.of("mailboxSettings").set(held.id, settings);
  const changed = Object.entries(settings).filter(([name]) => name in call.body);
  return ok({ "@odata.context": contextIn(call, held), ...Object.fromEntries(changed) });
}

const PATH = "/users/:user/mailboxSettings";

export const mailboxSettingRoutes: readonly Route[] = [
  { method: "GET", path: PATH, needs: READ, handle: get },
  { method: "GET", path: `${PATH}/:setting`, needs: READ, handle: getOne },
  { method: "PATCH", path: PATH, needs: WRITE, body: "required", handle: update },
];

/** The settings as `$select=mailboxSettings` on a user shows them. */
export const mailboxSettingsOf = (call: Call, id: string): Values =>
  call.tenant.shelves.of("mailboxSettings").get(id) ?? initial(id);
