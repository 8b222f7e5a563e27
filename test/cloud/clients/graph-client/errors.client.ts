import { RetryHandlerOptions } from "@microsoft/microsoft-graph-client";

import { connectControl } from "../../control/control-client.ts";
import { connect, input, refusalOf, report, type Body } from "./connect.ts";

/*
 * How the client's own middleware handles refusals: its errors, and its retry handler with a
 * throttled, a faulty and an overloaded service.
 */
const client = connect();
const { control: url } = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as { control: string };
const control = connectControl(url);
const read = (): Promise<Body> => client.api("/organization").get() as Promise<Body>;

const refusals = {
  missing: await refusalOf(client.api(`/users/nobody@${input.domain}`).get()),
  malformed: await refusalOf(client.api("/groups/not-an-id").get()),
  incomplete: await refusalOf(client.api("/users").post({ displayName: "x" })),
  unsupported: await refusalOf(client.api("/users").filter("jobTitle ne 'x'").get()),
  misspelled: await refusalOf(client.api("/users").select("dispalyName").get()),
  unknown: await refusalOf(client.api("/no-such-thing").get()),
  filter: await refusalOf(client.api("/users").filter("displayName eq").get()),
  me: await refusalOf(client.api("/me").get()),
};

interface Retried {
  readonly answered: boolean;
  readonly waitedMs: number;
  readonly struck: number;
}

async function retried(fault: object, ask: () => Promise<unknown>): Promise<Retried> {
  const { id } = await control.graph("addFault", { at: "request", times: 2, fault } as never);
  const began = performance.now();
  const answered = await ask().then(
    () => true,
    () => false,
  );
  const waitedMs = performance.now() - began;
  const struck = (await control.graph("struck"))[id] ?? 0;
  await control.graph("clearFaults");
  return { answered, waitedMs, struck };
}

const throttled = { kind: "status", status: 429, retryAfterSeconds: 10 };
const impatient = [new RetryHandlerOptions(undefined, 1)];
report({
  ...refusals,
  throttled: await retried(throttled, read),
  overloaded: await retried({ kind: "status", status: 503, retryAfterSeconds: 10 }, read),
  gateway: await retried({ kind: "status", status: 504, retryAfterSeconds: 10 }, read),
  givenUp: await retried(throttled, () =>
    client.api("/organization").middlewareOptions(impatient).get(),
  ),
});
