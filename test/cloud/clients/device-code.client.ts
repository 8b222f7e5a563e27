import { DeviceCodeCredential } from "@azure/identity";

import { claimsIn } from "../entra/entra-fixture.ts";

/*
 * Microsoft's own credential, used as documented: it prints a code, and here a person answers at the page.
 * Then Graph is asked on the person's behalf.
 */
const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as {
  readonly tenantId: string;
  readonly clientId: string;
  readonly person: string;
};
let shown = "";
const credential = new DeviceCodeCredential({
  tenantId: input.tenantId,
  clientId: input.clientId,
  async userPromptCallback({ verificationUri, userCode, message }) {
    shown = message;
    const body = new URLSearchParams({ otc: userCode, login_hint: input.person });
    await (await fetch(verificationUri, { method: "POST", body })).text();
  },
});
const { token } = await credential.getToken(["User.Read", "Group.ReadWrite.All"]);
const call = async (path: string): Promise<unknown> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`https://graph.microsoft.com/v1.0${path}`, { headers })).json();
};
process.stdout.write(JSON.stringify({ shown, claims: claimsIn(token), me: await call("/me") }));
