import type { Known, Step } from "./step.ts";

export const reference = (id: string | undefined): object => ({
  "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id ?? ""}`,
});
export const bind = (...ids: readonly (string | undefined)[]): readonly string[] =>
  ids.map((id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id ?? ""}`);

export const people = ["ann", "bob", "cyd"] as const;
export const nobody = "00000000-0000-4000-8000-000000000000";
export const eventual = { ConsistencyLevel: "eventual" };

const nameOf = (person: string, { run, domain }: Known): string =>
  `acceptance-${person}-${run ?? ""}@${domain ?? ""}`;

export const userBody = (person: string, known: Known): Readonly<Record<string, unknown>> => ({
  accountEnabled: true,
  displayName: `Acceptance ${person} ${known["run"] ?? ""}`,
  mailNickname: `acceptance-${person}-${known["run"] ?? ""}`,
  userPrincipalName: nameOf(person, known),
  passwordProfile: { password: known["password"], forceChangePasswordNextSignIn: true },
});

export const user = (person: string, known: Known): string => `/users/${known[person] ?? ""}`;
export const group = (known: Known): string => `/groups/${known["group"] ?? ""}`;
export const unit = (known: Known): string =>
  `/directory/administrativeUnits/${known["unit"] ?? ""}`;

export const get = (
  name: string,
  path: Step["path"],
  needs: readonly string[],
  headers = {},
): Step => ({
  name,
  method: "GET",
  path,
  needs,
  headers,
});
