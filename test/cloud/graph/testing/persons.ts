import assert from "node:assert/strict";

import { EVERYTHING, TENANT, type GraphFixture, type Reply } from "./graph-fixture.ts";
import { assertRefused, newUser } from "./people.ts";

/** Every permission, and to act as the person: devices and administrators are changed no other way. */
export const ACTING: readonly string[] = [...EVERYTHING, "Directory.AccessAsUser.All"];

export const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";
export const USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1";

/** Calls on behalf of people. */
export interface Persons {
  /** As the person; with every permission if none are named. */
  readonly as: (
    person: string,
    method: string,
    url: string,
    body?: unknown,
    roles?: readonly string[],
  ) => Promise<Reply>;
  /** A user with this directory role. */
  readonly holder: (role: string) => Promise<string>;
}

export function personsOf(graph: GraphFixture): Persons {
  const holders = new Map<string, string>();
  return {
    as: (person, method, url, body, roles = EVERYTHING) =>
      graph.send(method, url, body, { person, roles }),
    async holder(role) {
      const held = holders.get(role);
      if (held !== undefined) return held;
      const id = await newUser(graph, role.toLowerCase().replaceAll(" ", "-"));
      graph.app.control("addRole", { tenant: TENANT, principal: id, role });
      holders.set(role, id);
      return id;
    },
  };
}

/** Graph's refusal of what the application or the person may not do. */
export function assertDenied(reply: Reply): void {
  assertRefused(
    reply,
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
  assert.equal("value" in reply.body, false);
}
