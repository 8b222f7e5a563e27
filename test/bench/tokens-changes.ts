import { setTimeout as sleep } from "node:timers/promises";

import type { CertificatePolicyOptions, CertificateVersion } from "../cloud/cloud-control.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { nextSecond } from "../core/next-second.ts";
import { startCaller } from "./start-caller.ts";
import type { Fared, Order } from "./tokens-caller.ts";

export const INSTANCES = 8;
const TOKEN_MS = 1_200_000;
/** A little past half a token's life, when it is due, with the jitter of a tenth. */
const DUE_MS = 0.62 * TOKEN_MS;

/** What a change of the certificate did to rows that were being written. */
export interface ChangeReport {
  readonly change: string;
  readonly rows: number;
  readonly failed: number;
  readonly reasons: readonly string[];
  readonly vaultReads: number;
}

/**
 * Eight instances write rows all the time while the certificate is rotated, revoked, expired, corrupted
 * and disabled under them, and the vault throttles. After each change their clocks move on until every
 * one of them needs a new token.
 */
export async function certificateChanges(cloud: LocalCloud): Promise<readonly ChangeReport[]> {
  const { control, home } = cloud;
  const { vaultName: vault, certificateName: name, clientId: appId } = home;
  await control.configure({ login: { tokenLifetimeSeconds: TOKEN_MS / 1000 } });
  const callers = await Promise.all(
    Array.from({ length: INSTANCES }, () => startCaller(cloud, "product")),
  );
  const { users } = await control.graph("snapshot", { properties: ["id"] });
  const all = (order: Order): Promise<Fared[]> =>
    Promise.all(callers.map((caller) => caller.ask(order)));
  let aheadMs = 0;
  /** Work that a change left pending and that must be done before the next change. */
  let registered: Promise<unknown> = Promise.resolve();

  const make = async (policy: CertificatePolicyOptions = {}): Promise<CertificateVersion> => {
    // The vault orders versions by whole seconds.
    await nextSecond();
    return control.createCertificate({ vault, name, policy });
  };
  const registerOnly = async ({ certificatePem }: CertificateVersion): Promise<void> => {
    const former = await control.listCertificates({ appId });
    await control.addCertificate({ appId, certificatePem });
    for (const { keyId } of former) await control.removeCertificate({ appId, keyId });
  };

  async function underLoad(
    change: string,
    carryOut: () => Promise<unknown>,
  ): Promise<ChangeReport> {
    await control.resetCounters();
    const effect = { kind: "throttle", retryAfterSeconds: 10 } as const;
    await control.inject({ service: "vault", times: INSTANCES, effect });
    const own = Math.floor(users.length / INSTANCES);
    await Promise.all(
      callers.map((caller, at) => {
        const mine = users.slice(at * own, (at + 1) * own).map(({ id }) => id);
        return caller.ask({ do: "rows", users: mine, everyMs: 100 });
      }),
    );
    await sleep(500);
    await carryOut();
    // No caller waits for its first token when the date jumps.
    await all({ do: "look" });
    await all({ do: "move-on", ms: DUE_MS });
    aheadMs += DUE_MS;
    const isNew = ({ expiresAtMs }: Fared): boolean =>
      expiresAtMs > Date.now() + aheadMs + TOKEN_MS / 2;
    for (let tries = 0; !(await all({ do: "look" })).every(isNew); tries++) {
      if (tries === 100) throw new Error(`${change}: an instance never got a new token`);
      await sleep(100);
    }
    await sleep(500);
    await registered;
    const ended = await all({ do: "end-rows" });
    const { byOperation } = (await control.counters()).vault;
    return {
      change,
      rows: ended.reduce((sum, { calls }) => sum + calls, 0),
      failed: ended.reduce((sum, { failed }) => sum + failed, 0),
      reasons: [...new Set(ended.flatMap(({ reasons }) => reasons))],
      vaultReads: (byOperation["secret.get"] ?? 0) + (byOperation["secret.versions"] ?? 0),
    };
  }

  const announce = (): Promise<Fared[]> => all({ do: "reread" });
  const HOUR_MS = 3_600_000;
  try {
    return [
      await underLoad("cold start", async () => undefined),
      await underLoad("rotated, announced, registered two seconds later", async () => {
        const { certificatePem } = await make();
        await announce();
        registered = sleep(2_000).then(() => control.addCertificate({ appId, certificatePem }));
      }),
      await underLoad("revoked after a new one, without an event", async () =>
        registerOnly(await make()),
      ),
      await underLoad("newest expired", async () => {
        const notAfter = new Date(Date.now() - HOUR_MS).toISOString();
        await make({ notBefore: new Date(Date.now() - 2 * HOUR_MS).toISOString(), notAfter });
        await announce();
      }),
      await underLoad("newest corrupted", async () => {
        const { version } = await make();
        await control.setSecret({ vault, name, version, value: "-----BEGIN nothing" });
        await announce();
      }),
      await underLoad("all disabled but a new one", async () => {
        const versions = await control.listCertificateVersions({ vault, name });
        await registerOnly(await make());
        for (const { version } of versions) {
          await control.setCertificateEnabled({ vault, name, version, enabled: false });
        }
        await announce();
      }),
    ];
  } finally {
    await Promise.all(callers.map((caller) => caller.stop()));
  }
}
