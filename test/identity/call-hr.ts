import { app } from "@azure/functions";

import { tokensFor } from "../../shared/app/compose.ts";

/** Calls the company's own API. */
export async function callHr(): Promise<Response> {
  const token = tokensFor("api://contoso.com/hr");
  const send = async (rejected?: string): Promise<Response> => {
    const held = await token(rejected === undefined ? undefined : { rejected });
    const headers = { authorization: `Bearer ${held.token}` };
    const response = await fetch("https://hr.contoso.com/people", { headers });
    // The API refused a token that has not expired: get a new one, once.
    return response.status === 401 && rejected === undefined ? send(held.token) : response;
  };
  return await send();
}

app.timer("callHr", {
  schedule: "0 0 * * * *",
  handler: async (_, context) => context.log(`HR answers ${(await callHr()).status}`),
});
