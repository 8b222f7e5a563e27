import type { Attempt } from "../../shared/catalogue/operation.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";
import { toObjectId } from "../../shared/core/object-id.ts";

export const ann = toObjectId("0b0e5c0e-1111-4222-a333-444455556666");
export const team = toObjectId("11111111-1111-4111-8111-111111111111");
export const bob = toObjectId("33333333-3333-4333-8333-333333333333");
export const laptop = toObjectId("22222222-2222-4222-8222-222222222222");
export const edge: ReadyWrite = {
  target: { kind: "membership", group: team, member: ann },
  keys: [],
};
export const user: ReadyWrite = { target: { kind: "user", user: ann }, keys: [] };
export const bo: ReadyWrite = {
  target: { kind: "new" },
  set: { userPrincipalName: "bo@contoso.com", displayName: "Bo" },
  keys: [],
};
export const taken =
  "Another object with the same value for property userPrincipalName already exists.";
export const exists =
  "One or more added object references already exist for the following modified properties: 'members'.";

export const answer = (
  status: number,
  code?: string,
  message = "",
  body?: unknown,
): GraphAnswer => ({
  status,
  headers: {},
  body,
  requestId: "r/1",
  ...(code === undefined ? {} : { error: { code, message } }),
});
export const attempt = (write: ReadyWrite, more: Partial<Attempt> = {}): Attempt => ({
  write,
  doubted: false,
  firstIntentAt: "2026-11-21T00:00:00Z",
  attempts: 1,
  ...more,
});
