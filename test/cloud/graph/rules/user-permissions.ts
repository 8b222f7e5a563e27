import { denied } from "../http/graph-error.ts";
import { BASIC_USER_PROPERTIES } from "../model/user.ts";
import type { Call } from "../resources/call.ts";
import { entityOf } from "../resources/resolve.ts";
import { demandLogs, demandPremium } from "./log-permissions.ts";
import {
  demand,
  holds,
  READ_BASIC_USERS,
  READ_MAILBOX_SETTINGS,
  READ_USERS,
  WRITE_USERS,
  type Needs,
} from "./permission.ts";
import { directoryRolesOf } from "./person-roles.ts";
import { READ_SECURITY_ATTRIBUTES, WRITE_SECURITY_ATTRIBUTES } from "./security-attributes.ts";

/** Properties of a PATCH that need another permission than User.ReadWrite.All alone (user-update). */
const BY_PROPERTY: Readonly<Record<string, Needs>> = {
  accountEnabled: [["User.EnableDisableAccount.All", "User.Read.All"], ...WRITE_USERS],
  passwordProfile: ["User-PasswordProfile.ReadWrite.All", "Directory.ReadWrite.All"],
  businessPhones: ["User-Phone.ReadWrite.All", ...WRITE_USERS],
  mobilePhone: ["User-Phone.ReadWrite.All", ...WRITE_USERS],
  otherMails: ["User-Mail.ReadWrite.All", ...WRITE_USERS],
  identities: ["User.ManageIdentities.All"],
  employeeLeaveDateTime: [["User-LifeCycleInfo.ReadWrite.All", "User.Read.All"]],
  customSecurityAttributes: WRITE_SECURITY_ATTRIBUTES,
};

const ANY_OTHER: Needs = ["User.ReadUpdate.All", ...WRITE_USERS];

/** The caller needs the permission for every property in the body. @throws GraphError 403 */
export function demandUserUpdate(call: Call): void {
  const names = Object.keys(call.body).filter((name) => !name.includes("@"));
  if (names.length === 0) demand(call.caller, ANY_OTHER);
  for (const name of names)
    demand(
      call.caller,
      (Object.hasOwn(BY_PROPERTY, name) ? BY_PROPERTY[name] : undefined) ?? ANY_OTHER,
    );
}

/** Of people not even a Global Administrator may without a role for it (custom-security-attributes-overview). */
function demandAttributeRead(call: Call): void {
  demand(call.caller, READ_SECURITY_ATTRIBUTES);
  if (call.caller.scopes === undefined) return;
  const { roles } = call.tenant;
  if (!roles.allow(directoryRolesOf(call), "users/customSecurityAttributes/read")) throw denied();
}

/**
 * Properties that need a permission of their own wherever an object is shown with them: as a member, as
 * somebody's manager, deleted, in a delta (custom-security-attributes-overview, resources/signinactivity).
 * @throws GraphError 403
 */
export function demandGuardedProperties(call: Call): void {
  const { select = [], expand, filter } = call.query;
  const named = [...select, expand, filter, call.params["property"]].join(" ");
  if (/customSecurityAttributes/i.test(named)) demandAttributeRead(call);
  if (/signInActivity/i.test(named)) {
    demandPremium(call);
    demandLogs(call, "signInReports");
  }
}

/** Reading users: User.ReadBasic.All shows the basic profile only. @throws GraphError 403 */
export function demandUserRead(call: Call): void {
  demand(call.caller, READ_BASIC_USERS);
  const named = [
    ...(call.query.select ?? []),
    ...(call.query.filter?.match(/signInActivity|customSecurityAttributes/gi) ?? []),
  ];
  if (named.some((name) => name.toLowerCase() === "mailboxsettings")) {
    demand(call.caller, READ_MAILBOX_SETTINGS);
    // Even an administrator sees nobody else's (user-get-mailboxsettings).
    const { caller, params } = call;
    const key = params["user"] ?? "";
    if (caller.scopes !== undefined && entityOf(call, "user", key)?.id !== caller.principalId)
      throw denied();
  }
  if (!holds(call.caller, READ_USERS)) {
    const beyond = named.some((name) => !BASIC_USER_PROPERTIES.has(name));
    if (beyond) demand(call.caller, READ_USERS);
  }
}
