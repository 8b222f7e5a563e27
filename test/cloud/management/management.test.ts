import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { runClient } from "../clients/run-client.ts";
import type { LocalCloud } from "../local-cloud.ts";
import { startCloud } from "../start-cloud.ts";

const MANAGEMENT = "https://management.azure.com";
const SUBSCRIPTIONS = "/subscriptions?api-version=2022-12-01";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const errorOf = ({ body }: Answer): { code: string; message: string } =>
  (JSON.parse(body) as { error: { code: string; message: string } }).error;

describe("management.azure.com", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false });
  });
  after(() => cloud.close());

  const send = async (path: string, authorization?: string): Promise<Answer> => {
    const url = `https://management.azure.com${path}`;
    const headers = authorization === undefined ? {} : { authorization };
    const [answer] = await runClient<Answer[]>(cloud, "fetch", { requests: [{ url, headers }] });
    assert.ok(answer);
    return answer;
  };

  const issue = async (resource: string, lifetimeSeconds?: number): Promise<string> => {
    const { token } = await cloud.control.issueToken({
      tenantId: cloud.home.tenantId,
      appId: cloud.tools.clientId,
      resource,
      ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
    });
    return `Bearer ${token}`;
  };

  it("answers an empty list of subscriptions, which a sign-in requests [seen with Azure CLI]", async () => {
    const { body } = await send(SUBSCRIPTIONS, await issue("https://management.core.windows.net/"));
    assert.deepEqual(JSON.parse(body), { value: [], count: { type: "Total", value: 0 } });
  });

  const refusals: {
    when: string;
    authorization: () => Promise<string | undefined>;
    code: string;
    says: RegExp;
  }[] = [
    {
      when: "without a token [terraform-provider-azurerm#3612]",
      authorization: async () => undefined,
      code: "AuthenticationFailed",
      says: /^Authentication failed\. The 'Authorization' header is missing\.$/,
    },
    {
      when: "what is no bearer token [azure-sdk-for-python#4124]",
      authorization: async () => "Basic eDp5",
      code: "AuthenticationFailedInvalidHeader",
      says: /The 'Authorization' header is provided in an invalid format\.$/,
    },
    {
      when: "a token that another one signed [azure-docs#103987]",
      authorization: async () => `${(await issue(MANAGEMENT)).slice(0, -8)}AAAAAAAA`,
      code: "AuthenticationFailed",
      says: /^Authentication failed\.$/,
    },
    {
      when: "a token for another resource [go-azure-helpers#51]",
      authorization: () => issue("https://graph.microsoft.com"),
      code: "InvalidAuthenticationTokenAudience",
      says: /wrong audience or resource 'https:\/\/graph\.microsoft\.com'\. It should exactly match with one of the allowed audiences 'https:\/\/management\.core\.windows\.net\/',/,
    },
    {
      when: "an expired token [azure-sdk-for-java#33112]",
      authorization: () => issue(MANAGEMENT, -60),
      code: "ExpiredAuthenticationToken",
      says: /^The access token expiry UTC time '\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M' is earlier than current UTC time '[^']+ [AP]M'\.$/,
    },
  ];
  for (const { when, authorization, code, says } of refusals)
    it(`refuses ${when}`, async () => {
      const answer = await send(SUBSCRIPTIONS, await authorization());
      assert.equal(answer.status, 401);
      assert.equal(errorOf(answer).code, code);
      assert.match(errorOf(answer).message, says);
    });

  it("challenges whoever sends no token [Azure.Core's ArmChallenge]", async () => {
    const { headers } = await send(SUBSCRIPTIONS);
    assert.equal(
      headers["www-authenticate"],
      `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
    );
  });

  for (const [query, code] of [
    ["", "MissingApiVersionParameter"],
    ["?api-version=2025-07-01", "InvalidApiVersionParameter"],
  ] as const)
    it(`answers ${code} to ${query || "no version"} [azure-cli#31331]`, async () => {
      const answer = await send(`/tenants${query}`, await issue(MANAGEMENT));
      assert.deepEqual([answer.status, errorOf(answer).code], [400, code]);
    });

  it("answers that everything else is not emulated [ours]", async () => {
    const path = "/providers?api-version=2022-12-01";
    assert.equal((await send(path, await issue(MANAGEMENT))).status, 501);
  });
});
