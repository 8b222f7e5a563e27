import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type CloudName, clouds } from "../../shared/core/clouds.ts";
import { claimsOf } from "../../shared/identity/token/roles.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { federateIdentity } from "./set-up-credential.ts";
import { startWorker } from "./start-worker.ts";

/** Every name of this record must appear, or it does not compile. */
const issuers: Record<CloudName, string> = {
  global: "https://sts.windows.net/",
  "usgov-l4": "https://sts.windows.net/",
  "usgov-l5": "https://sts.windows.net/",
  china: "https://sts.chinacloudapi.cn/",
};

describe("the setting CLOUD selects sign-in host, vault and audiences", () => {
  for (const name of ["global", "usgov-l4", "usgov-l5", "china"] as const) {
    it(`to ${name}`, async (test) => {
      const cloud = await startCloud({ storage: false, latency: false, cloud: name });
      test.after(() => cloud.close());
      const { graphHost } = clouds[name];
      await federateIdentity(cloud, clouds[name]);
      for (const credential of ["certificate", "managed-identity"]) {
        const worker = await startWorker(cloud, { CREDENTIAL: credential });
        const { tokens, failures } = await worker.get({ resource: `https://${graphHost}` });
        await worker.stop();
        assert.deepEqual(failures, [], credential);
        const { aud, iss } = claimsOf(tokens[0]?.token ?? "");
        assert.equal(aud, `https://${graphHost}`);
        assert.ok(String(iss).startsWith(issuers[name]), String(iss));
      }
    });
  }
});
