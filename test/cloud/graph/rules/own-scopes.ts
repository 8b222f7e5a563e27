import type { Caller } from "../app/options.ts";
import type { Call } from "../resources/call.ts";
import { entityOf } from "../resources/resolve.ts";
import type { Route } from "../resources/route.ts";

interface Own {
  readonly methods: readonly Route["method"][];
  readonly path: RegExp;
  /** Any of these delegated permissions … */
  readonly scopes: readonly string[];
  /** … allows what this one allows, for the person's own object. */
  readonly stands: string;
}

const READ_SELF = ["User.Read", "User.ReadWrite"];
const USER = String.raw`^/users/:(user|id)`;

/** Delegated permissions that concern the person only (permissions-reference, the table of each page). */
const OWN: readonly Own[] = [
  {
    methods: ["GET"],
    path: new RegExp(`${USER}(/\\w+)?$`),
    scopes: READ_SELF,
    stands: "User.Read.All",
  },
  {
    methods: ["GET"],
    path: new RegExp(
      `${USER}/((transitiveM|m)emberOf|directReports|ownedObjects|ownedDevices|registeredDevices|sponsors)(/|$)`,
    ),
    scopes: ["User.Read"],
    stands: "Directory.Read.All",
  },
  {
    methods: ["POST"],
    path: new RegExp(`${USER}/(check|get)MemberObjects$`),
    scopes: ["User.Read"],
    stands: "Directory.Read.All",
  },
  {
    methods: ["PATCH"],
    path: new RegExp(`${USER}$`),
    scopes: ["User.ReadWrite"],
    stands: "User.ReadWrite.All",
  },
  {
    methods: ["GET"],
    path: new RegExp(`${USER}/(photos?|extensions)(/|$)`),
    scopes: READ_SELF,
    stands: "User.Read.All",
  },
  {
    methods: ["POST", "PUT", "PATCH", "DELETE"],
    path: new RegExp(`${USER}/(photo|extensions|changePassword)(/|$)`),
    scopes: ["User.ReadWrite"],
    stands: "User.ReadWrite.All",
  },
  {
    methods: ["GET"],
    path: /^\/organization/,
    scopes: ["User.Read"],
    stands: "Organization.Read.All",
  },
];

/** Not `manager`: the person's manager is another user. */
const OTHERS = /\/manager(\/|$)/;

const isSelf = (call: Call): boolean => {
  const key = call.params["user"] ?? call.params["id"] ?? "";
  return entityOf(call, "user", key)?.id === call.caller.principalId.toLowerCase();
};

/** The caller with what its delegated permissions add for the person's own object. */
export function callerOn(call: Call, route: Route): Caller {
  const { caller } = call;
  const { scopes } = caller;
  if (scopes === undefined || OTHERS.test(route.path)) return caller;
  const added = OWN.filter(
    (own) =>
      own.methods.includes(route.method) &&
      own.path.test(route.path) &&
      own.scopes.some((scope) => scopes.includes(scope)) &&
      (!route.path.startsWith("/users") || isSelf(call)),
  );
  if (added.length === 0) return caller;
  return { ...caller, scopes: [...scopes, ...added.map(({ stands }) => stands)] };
}
