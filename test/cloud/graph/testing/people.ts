import assert from "node:assert/strict";

import type { GraphFixture, Reply } from "./graph-fixture.ts";

/** The address of an object in a reference body. */
export const reference = (
  id: string,
  set = "directoryObjects",
): { readonly "@odata.id": string } => ({
  "@odata.id": `https://graph.microsoft.com/v1.0/${set}/${id}`,
});

/** The addresses for an `@odata.bind`. */
export const bindings = (ids: readonly string[]): string[] =>
  ids.map((id) => reference(id)["@odata.id"]);

/** The body of a POST /users for `<name>@contoso.com`. */
export const userBody = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@contoso.com`,
  passwordProfile: { password: "Correct-Horse-9" },
  ...more,
});

/** The body of a POST /groups. */
export const groupBody = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  displayName: name,
  mailEnabled: false,
  mailNickname: name,
  securityEnabled: true,
  ...more,
});

/** What makes a group a Microsoft 365 group. */
export const UNIFIED = { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false };

/** Creates a user through the API and answers its id. */
export async function newUser(
  graph: GraphFixture,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return idOf(await graph.send("POST", "/users", userBody(name, more)));
}

/** Creates a group through the API and answers its id. */
export async function newGroup(
  graph: GraphFixture,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return idOf(await graph.send("POST", "/groups", groupBody(name, more)));
}

const idOf = (reply: Reply): string => {
  assert.equal(reply.status, 201, reply.text);
  return String(reply.body["id"]);
};

/** The ids in a collection's page. */
export const idsIn = (reply: Reply): readonly string[] =>
  (reply.body["value"] as unknown as readonly { readonly id: string }[]).map((one) => one.id);

/** The entries of a collection's page. */
export const valueOf = (reply: Reply): readonly Readonly<Record<string, unknown>>[] =>
  reply.body["value"] as unknown as readonly Readonly<Record<string, unknown>>[];

/** The path and query of a link in a page, for the next request. */
export const linkIn = (reply: Reply, name: "@odata.nextLink" | "@odata.deltaLink"): string => {
  const link = reply.body[name] as unknown;
  assert.equal(typeof link, "string", reply.text.slice(0, 300));
  return String(link).replace("https://graph.microsoft.com", "");
};

/** An error answer's status, code and message, in one text for comparison. */
export const refusal = (reply: Reply): string => {
  const error = reply.body["error"] as unknown as
    | { readonly code: string; readonly message: string }
    | undefined;
  return `${reply.status} ${error?.code ?? "?"} ${error?.message ?? reply.text}`;
};

/** Asserts a refusal by status, code and a part of the message. */
export function assertRefused(reply: Reply, status: number, code: string, message = ""): void {
  assert.equal(refusal(reply).startsWith(`${status} ${code} `), true, refusal(reply));
  assert.ok(refusal(reply).includes(message), refusal(reply));
}

/** Headers of an advanced query. */
export const EVENTUAL = { headers: { consistencylevel: "eventual" } } as const;
