import { Agent, request } from "node:http";

import type { CloudControl } from "../cloud-control.ts";

/** Every command; the type below does not compile if one is missing. */
const commands = {
  registerTenant: true,
  registerApplication: true,
  grantConsent: true,
  revokeConsent: true,
  updateServicePrincipal: true,
  removeServicePrincipal: true,
  addCertificate: true,
  removeCertificate: true,
  listCertificates: true,
  addSecret: true,
  removeSecret: true,
  addFederatedCredential: true,
  registerIssuer: true,
  createManagedIdentity: true,
  issueToken: true,
  addPerson: true,
  assignAppRole: true,
  issueIdToken: true,
  createVault: true,
  assignVaultRole: true,
  removeVaultRole: true,
  createCertificate: true,
  grantCertificate: true,
  refuseCertificate: true,
  listCertificateVersions: true,
  setCertificateEnabled: true,
  setSecret: true,
  configure: true,
  inject: true,
  clearFaults: true,
  counters: true,
  resetCounters: true,
  advanceDays: true,
  graph: true,
  reset: true,
} as const satisfies Record<keyof CloudControl, true>;

/** The control of a cloud in another process. A refused command rejects with a TypeError. */
export function connectControl(url: string): CloudControl {
  // Commands are rare: a kept-alive connection would only delay the test's exit.
  const agent = new Agent({ keepAlive: false });
  const call = (name: string, given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(name, url), { method: "POST", agent }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () => {
          const answer = JSON.parse(Buffer.concat(parts).toString("utf8")) as {
            result?: unknown;
            error?: string;
          };
          if (answer.error === undefined) resolve(answer.result ?? undefined);
          else reject(new TypeError(answer.error));
        });
      });
      sent.once("error", reject);
      sent.end(JSON.stringify(given));
    });
  return Object.fromEntries(
    Object.keys(commands).map((name) => [name, (...given: unknown[]) => call(name, given)]),
  ) as unknown as CloudControl;
}
