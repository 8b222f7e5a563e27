import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { TokenCredential } from "@azure/identity";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { accept } from "./acceptance.ts";
import { localDoor } from "./doors.ts";
import type { Answer, Door } from "./step.ts";
import { steps } from "./steps.ts";

type Change = (answer: Answer) => Answer;
type Body = Readonly<Record<string, unknown>>;

const withBody =
  (change: (body: Body) => unknown): Change =>
  (answer) => ({ ...answer, body: change(answer.body as Body) });
const withError = (change: (error: Body) => Body): Change =>
  withBody((body) => ({ ...body, error: change(body["error"] as Body) }));
const without = (values: Body, name: string): Body =>
  Object.fromEntries(Object.entries(values).filter(([one]) => one !== name));

/** What the tenant answers differently, at which step, and the line that must say so. */
const planted: readonly (readonly [step: string, change: Change, line: RegExp])[] = [
  [
    "change a user",
    (answer) => ({ ...answer, status: 200 }),
    /change a user \| status \| tenant: 200 \| local cloud: 204/u,
  ],
  [
    "read a user",
    withBody((body) => without(body, "officeLocation")),
    /read a user \| body.officeLocation \| tenant: nothing \| local cloud: null/u,
  ],
  [
    "read chosen properties of a user",
    withBody((body) => ({ ...body, userType: "Guest", extra: 1 })),
    /body.userType \| tenant: "Guest" \| local cloud: "Member"/u,
  ],
  [
    "refused: an unknown user",
    withError((error) => ({ ...error, code: "Gone" })),
    /body.error.code \| tenant: "Gone" \| local cloud: "Request_ResourceNotFound"/u,
  ],
  [
    "refused: a member twice",
    withError((error) => ({ ...error, message: "Once is enough." })),
    /body.error.message \| tenant: "Once is enough." \| local cloud: "One or more added/u,
  ],
  [
    "list the members",
    withBody((body) => ({ ...body, value: (body["value"] as unknown[]).slice(1) })),
    /list the members \| body.value, entries \| tenant: 2 \| local cloud: 3/u,
  ],
  [
    "what a list costs",
    ({ headers, ...answer }) => ({
      ...answer,
      headers: { ...headers, "x-ms-resource-unit": "9", "retry-after": "1" },
    }),
    /header x-ms-resource-unit \| tenant: "9" \| local cloud: "1"/u,
  ],
  [
    "what the parts of a batch cost",
    withBody((body) => ({
      responses: (body["responses"] as Body[]).map((part) => ({ ...part, headers: {} })),
    })),
    /what the parts of a batch cost \| body.responses\[0\].headers.\S+ \| tenant: nothing/u,
  ],
  [
    "create a dynamic group",
    () => ({ status: 403, headers: {}, body: { error: { code: "Denied", message: "No." } } }),
    /refused: a member of a dynamic group \| left out \| tenant: "dynamic" \| local cloud: nothing/u,
  ],
  [
    "count the members",
    () => {
      throw new Error("The line is dead.");
    },
    /count the members \| answer \| tenant: "The line is dead." \| local cloud: 200/u,
  ],
];

describe("acceptance on a tenant that is a local cloud too", () => {
  let tenant: LocalCloud;
  before(async () => {
    tenant = await startCloud({ storage: false, latency: false, seed: 7 });
  });
  after(() => tenant.close());

  const ask = (door: Door) =>
    accept({ door, domain: tenant.home.domain, patienceMs: 0, tell: () => undefined });
  const people = async (): Promise<readonly number[]> => {
    const { users, groups, deletedUsers } = await tenant.control.graph("snapshot", {});
    return [users.length, groups.length, deletedUsers.length];
  };

  it("finds no difference, and leaves nothing behind but deleted groups", async () => {
    const { lines, compared, left } = await ask(localDoor(tenant));
    assert.deepEqual(lines, []);
    assert.equal(compared, steps.length);
    assert.deepEqual(left, []);
    assert.deepEqual(await people(), [0, 0, 0]);
  });

  it("finds every planted difference and no other, in lines without the tenant's names", async () => {
    const plain = localDoor(tenant);
    const changes = new Map(planted.map(([step, change]) => [step, change]));
    const { lines } = await ask(alteredDoor(plain, changes));
    for (const [step, , expected] of planted)
      assert.ok(
        lines.some((line) => expected.test(line)),
        `${step} was not found in\n${lines.join("\n")}`,
      );
    const named = new Set(planted.map(([step]) => step));
    const strange = lines.filter((line) => {
      const [, step = ""] = line.split(" | ");
      return !named.has(step) && !step.includes("dynamic");
    });
    assert.deepEqual(strange, []);
    assert.ok(lines.every((line) => !line.includes("\n") && !line.includes("contoso")));
    assert.deepEqual(await people(), [0, 1, 0], "only the group that seemed not to be made");
  });

  it("finds what the tenant does under another documented condition", async () => {
    await tenant.control.graph("conditions", { absentMember: "400" });
    const { lines } = await ask(localDoor(tenant));
    await tenant.control.graph("conditions", { absentMember: "404" });
    assert.match(
      lines.join("\n"),
      /somebody who is no member \| status \| tenant: 400 \| local cloud: 404/u,
    );
  });

  it("says what it could not remove", async () => {
    const id = await tenant.control.graph("addFault", {
      at: "part",
      method: "DELETE",
      path: "^/directory/administrativeUnits/",
      fault: { kind: "status", status: 403 },
    });
    const { left } = await ask(localDoor(tenant));
    await tenant.control.graph("removeFault", id);
    assert.deepEqual(left, ["clean up: delete the unit"]);
  });
});

/** The tenant's Graph with other answers at some steps, which are recognized by what they send. */
function alteredDoor(plain: Door, changes: ReadonlyMap<string, Change>): Door {
  const left = steps.map(({ name }) => name);
  return {
    async send(request) {
      const name = left.find((one) => isRequestOf(one, request));
      if (name === undefined) return plain.send(request);
      left.splice(0, left.indexOf(name) + 1);
      const change = changes.get(name);
      const answer = await plain.send(request);
      return change === undefined ? answer : change(answer);
    },
  };
}

const shape = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, "");

function isRequestOf(name: string, { method, path }: { method: string; path: string }): boolean {
  const step = steps.find((one) => one.name === name);
  return step !== undefined && step.method === method && shape(step.path({})) === shape(path);
}

describe("acceptance of the deployed product", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({
      cloud: { latency: false },
      settings: async () => ({ MAX_INVALID_ROWS_PERCENT: "60" }),
    });
  });
  after(() => stage.close());

  it("sends batches, and finds the row whose verdict differs", async () => {
    const { cloud, environment } = stage;
    const credential: TokenCredential = {
      getToken: async () => {
        const { token } = await cloud.control.issueToken({
          tenantId: cloud.home.tenantId,
          appId: cloud.home.managedIdentity.clientId,
          resource: "https://storage.azure.com",
        });
        return { token, expiresOnTimestamp: Date.now() + 3_000_000 };
      },
    };
    const ask = () =>
      accept({
        door: localDoor(cloud),
        domain: cloud.home.domain,
        patienceMs: 0,
        tell: () => undefined,
        // The stage holds every request to Graph's description, and some refusals are of malformed ones.
        steps: steps.filter(({ name }) => !name.startsWith("refused")),
        product: {
          blobs: environment["BatchStorage__blobServiceUri"] ?? "",
          queues: environment["BatchStorage__queueServiceUri"] ?? "",
          credential,
          patienceMs: 240_000,
        },
      });
    assert.deepEqual((await ask()).lines, []);
    await cloud.control.graph("addFault", {
      at: "part",
      method: "PATCH",
      body: '"accountEnabled":true',
      fault: { kind: "status", status: 403 },
    });
    const { lines } = await ask();
    assert.match(lines.join("\n"), /batch 3-undo \| row 1, user.enable \| product: failed, /u);
  });
});
