import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { runClient } from "../clients/run-client.ts";
import type { LocalCloud } from "../local-cloud.ts";
import { startCloud } from "../start-cloud.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe("management.azure.com", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false });
  });
  after(() => cloud.close());

  const get = async (path: string, resource: string): Promise<Answer | undefined> => {
    const { tenantId } = cloud.home;
    const { token } = await cloud.control.issueToken({
      tenantId,
      appId: cloud.tools.clientId,
      resource,
    });
    const url = `https://management.azure.com${path}`;
    const headers = { authorization: `Bearer ${token}` };
    const [answer] = await runClient<Answer[]>(cloud, "fetch", { requests: [{ url, headers }] });
    return answer;
  };

  it("answers an empty list of subscriptions, which a sign-in requests [seen with Azure CLI]", async () => {
    const path = "/subscriptions?api-version=2022-12-01";
    const answer = await get(path, "https://management.core.windows.net/");
    assert.deepEqual(JSON.parse(answer?.body ?? ""), {
      value: [],
      count: { type: "Total", value: 0 },
    });
  });

  it("refuses a token for another resource [subscriptions-list]", async () => {
    const path = "/subscriptions?api-version=2022-12-01";
    assert.equal((await get(path, "https://graph.microsoft.com"))?.status, 401);
  });

  it("answers that everything else is not emulated [ours]", async () => {
    const path = "/providers?api-version=2022-12-01";
    assert.equal((await get(path, "https://management.azure.com"))?.status, 501);
  });
});
