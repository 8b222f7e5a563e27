import { denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Route } from "../resources/route.ts";
import type { Asking, Entry } from "./asking.ts";
import { PERSON_RIGHTS, READ_RIGHTS } from "./person-right-table.ts";
import { directoryRolesOf, isGuest } from "./person-roles.ts";

type Right = Pick<Entry, "may" | "evenAdministrators">;

const found = new WeakMap<Route, Right | "everybody">();

/** POSTs that only read. */
const READS = /(check|get)Member(Groups|Objects)$|getByIds$|getAvailable|getUserOwnedObjects$/;

function rightOf(route: Route): Right | "everybody" {
  let right = found.get(route);
  if (right === undefined) {
    const isRead = route.method === "GET" || READS.test(route.path);
    const table = isRead ? READ_RIGHTS : PERSON_RIGHTS;
    const entry = table.find(
      ({ methods, path }) => (methods?.includes(route.method) ?? true) && path.test(route.path),
    );
    right = entry ?? (isRead ? "everybody" : { may: () => false });
    found.set(route, right);
  }
  return right;
}

/** Not even a Global Administrator assigns them without the role (custom-security-attributes-overview). @throws GraphError 403 */
function demandAttributeRight({ call, roles }: Asking): void {
  if (call.method === "GET" || !("customSecurityAttributes" in call.body)) return;
  const action = `${call.segments[0] ?? ""}/customSecurityAttributes/update`;
  if (!call.tenant.roles.allow(roles, action)) throw denied();
}

/**
 * What the person may do who is behind the request, besides the permissions of the application: by
 * directory role, by ownership, or as any user (users-default-permissions, permissions-reference).
 * @throws GraphError 403
 */
export function demandPersonRights(call: Call, route: Route): void {
  const right = rightOf(route);
  if (right === "everybody") return;
  const roles = directoryRolesOf(call);
  const asking: Asking = { call, roles, isGuest: isGuest(call) };
  demandAttributeRight(asking);
  if (roles.has("Global Administrator") && right.evenAdministrators !== true) return;
  if (!right.may(asking)) throw denied();
}
