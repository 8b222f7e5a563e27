import type { Attempt } from "../../shared/catalogue/operation.ts";
import type { PlannedWrite } from "../../shared/catalogue/row.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";

export const ann = "0b0e5c0e-1111-4222-a333-444455556666";
export const team = "11111111-1111-4111-8111-111111111111";
export const edge: PlannedWrite = { target: { group: team, member: ann }, keys: [] };
export const user: PlannedWrite = { target: { user: ann }, keys: [] };
export const bo: PlannedWrite = {
  target: {},
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
export const attempt = (write: PlannedWrite, more: Partial<Attempt> = {}): Attempt => ({
  write,
  doubted: false,
  firstIntentAt: "2026-11-21T00:00:00Z",
  attempts: 1,
  ...more,
});
