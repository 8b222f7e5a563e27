import type { LocalCloud } from "../cloud/local-cloud.ts";
import { spawnCloud } from "../cloud/spawn-cloud.ts";
import { conclude, judge, median, readOptions, table } from "./show.ts";
import { startCaller } from "./start-caller.ts";
import { certificateChanges, INSTANCES } from "./tokens-changes.ts";
import { realOutage, simulatedOutages } from "./tokens-outage.ts";

/**
 * `npm run bench:tokens`: what tokens cost and how they survive faults, the product's module beside MSAL
 * Node alone, in one run against the local cloud: a cold start with a thousand callers, calls that are
 * cached, trouble at the token endpoint, and changes of the certificate under rows.
 */
const options = readOptions();
const CALLERS = 1000;
const who = ["product", "msal"] as const;

const cloud = await spawnCloud({
  storage: false,
  latency: false,
  graph: { seed: { users: 400, groups: 1, synced: 0, guests: 0, disabled: 0 } },
});
try {
  const cold = [await coldStart(cloud, "product"), await coldStart(cloud, "msal")] as const;
  const cached = await cachedCalls(cloud);
  const ratio = cached.product / cached.msal;
  console.log(
    table([
      ["", "the product", "MSAL alone"],
      [`token requests of ${CALLERS} cold callers`, ...cold.map(({ token }) => String(token))],
      ["managed-identity calls", ...cold.map(({ identity }) => String(identity))],
      ["vault reads", ...cold.map(({ vault }) => String(vault))],
      ["all served after", ...cold.map(({ ms }) => `${ms.toFixed(0)} ms`)],
      ["a cached call", ...who.map((each) => `${cached[each].toFixed(2)} µs`)],
    ]),
  );

  const simulated = await simulatedOutages();
  const seconds = options.short ? 8 : 60;
  const real = await realOutage(cloud, seconds);
  const outages = [
    ...simulated.map(({ kind, calls, failed, requests }) => [
      `10 simulated minutes of ${kind}`,
      `${failed} of ${calls}`,
      `${requests}`,
      "",
    ]),
    [
      `${seconds} real seconds of all four`,
      `${real.product.failed} of ${real.product.calls}`,
      "",
      `${real.msal.failed} of ${real.msal.calls}`,
    ],
  ];
  const head = ["a valid token is held during", "callers failed", "requests", "MSAL's failed"];
  console.log(`\n${table([head, ...outages])}`);
  for (const reason of real.msal.reasons) console.log(`MSAL: ${reason}`);

  const changes = await certificateChanges(cloud);
  console.log(
    `\n${table([
      [`the certificate, ${INSTANCES} instances`, "rows", "failed", "vault reads"],
      ...changes.map(({ change, rows, failed, vaultReads }) => [
        change,
        String(rows),
        String(failed),
        String(vaultReads),
      ]),
    ])}`,
  );
  for (const { change, reasons } of changes) {
    for (const reason of reasons) console.log(`${change}: ${reason}`);
  }

  const [own] = cold;
  judge([
    { name: "token requests, cold", value: own.token, unit: "", bar: 1, atMost: true },
    { name: "managed-identity calls, cold", value: own.identity, unit: "", bar: 1, atMost: true },
    { name: "vault reads, cold", value: own.vault, unit: "", bar: 2, atMost: true },
    { name: "cached call ÷ MSAL's", value: ratio, unit: "", bar: 1 / 30, atMost: true },
    {
      name: "callers failed, simulated",
      value: sum(simulated.map(({ failed }) => failed)),
      unit: "",
      bar: 0,
      atMost: true,
    },
    { name: "callers failed, real", value: real.product.failed, unit: "", bar: 0, atMost: true },
    {
      name: "rows failed in changes",
      value: sum(changes.map(({ failed }) => failed)),
      unit: "",
      bar: 0,
      atMost: true,
    },
    {
      name: "vault reads an instance and change",
      value: Math.max(...changes.map(({ vaultReads }) => vaultReads / INSTANCES)),
      unit: "",
      bar: 2,
      atMost: true,
    },
  ]);
  conclude(options, { cold, cached, ratio, simulated, real, changes });
} finally {
  await cloud.close();
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}

/** A thousand callers of a cold process, and the requests that the services got. */
async function coldStart(on: LocalCloud, kind: (typeof who)[number]) {
  await on.control.reset();
  const caller = await startCaller(on, kind);
  const { ms, failed } = await caller.ask({ do: "at-once", callers: CALLERS });
  await caller.stop();
  if (failed > 0) throw new Error(`${failed} cold callers failed`);
  const { login, identity, vault } = await on.control.counters();
  const { "secret.get": gets = 0, "secret.versions": lists = 0 } = vault.byOperation;
  const token = login.byOperation["token"] ?? 0;
  return { token, identity: identity.byOperation["msi.token"] ?? 0, vault: gets + lists, ms };
}

/** The median of several rounds in turn, µs a call. */
async function cachedCalls(on: LocalCloud): Promise<Record<(typeof who)[number], number>> {
  const callers = [await startCaller(on, "product"), await startCaller(on, "msal")];
  const calls = [200_000, 2_000];
  const rounds: number[][] = [[], []];
  for (let round = 0; round < (options.short ? 3 : 9); round++) {
    for (const [at, caller] of callers.entries()) {
      const order = { do: "timed", calls: calls[at] ?? 1 } as const;
      if (round === 0) await caller.ask({ ...order, calls: 100 });
      const fared = await caller.ask(order);
      rounds[at]?.push((fared.ms * 1000) / fared.calls);
    }
  }
  await Promise.all(callers.map((caller) => caller.stop()));
  return { product: median(rounds[0] ?? []), msal: median(rounds[1] ?? []) };
}
