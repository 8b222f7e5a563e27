import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { runClient } from "./clients/run-client.ts";
import type { LocalCloud } from "./local-cloud.ts";
import { startCloud } from "./start-cloud.ts";

interface Answer {
  readonly status?: number;
  readonly error?: string;
}

describe("a process with the redirect", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false });
  });
  after(() => cloud.close());

  const fetchAll = (...urls: string[]): Promise<Answer[]> =>
    runClient<Answer[]>(cloud, "fetch", { requests: urls.map((url) => ({ url })) });

  it("reaches the local cloud by production names, with verification on", async () => {
    const answers = await fetchAll(
      `https://login.microsoftonline.com/${cloud.home.tenantId}/v2.0/.well-known/openid-configuration`,
      "https://graph.microsoft.com/v1.0/users",
      `${cloud.home.keyVaultUri}secrets/x?api-version=7.4`,
      "https://management.azure.com/subscriptions?api-version=2022-12-01",
    );
    assert.deepEqual(
      answers.map((answer) => answer.status ?? answer.error),
      [200, 401, 401, 401],
    );
  });

  it("is redirected however it opens a connection", async () => {
    const host = "login.microsoftonline.com";
    const result = await runClient<Record<string, string>>(cloud, "raw-sockets", { host });
    assert.deepEqual(result, {
      tls: "connected",
      "tls (port, host)": "connected",
      https: "connected",
      // It was redirected: the services support HTTP/1.1 only and say so in the handshake.
      http2: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
      "net (options)": "connected",
      "net (port, host)": "connected",
      "net on another port": "ELOCALCLOUD",
    });
  });

  it("reaches no other host, however it opens a connection", async () => {
    const result = await runClient<Record<string, string>>(cloud, "raw-sockets", {
      host: "example.com",
    });
    assert.deepEqual(new Set(Object.values(result)), new Set(["ELOCALCLOUD"]));
    const answers = await fetchAll(
      "https://example.com/",
      "http://example.com/",
      "http://login.microsoftonline.com/",
      "https://login.microsoftonline.com.example.com/",
    );
    assert.deepEqual(
      answers.map((answer) => answer.error),
      Array.from({ length: 4 }, () => "ELOCALCLOUD"),
    );
  });

  it("still refuses a server whose certificate does not contain the name", async () => {
    const redirect = {
      ...cloud.redirect,
      "somebody.else.example": cloud.redirect["graph.microsoft.com"],
    };
    const [answer] = await runClient<Answer[]>(
      cloud,
      "fetch",
      { requests: [{ url: "https://somebody.else.example/" }] },
      { LOCAL_CLOUD_REDIRECT: JSON.stringify(redirect) },
    );
    assert.equal(answer?.error, "ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("still refuses every server without the local authority", async () => {
    const [answer] = await runClient<Answer[]>(
      cloud,
      "fetch",
      { requests: [{ url: "https://graph.microsoft.com/" }] },
      { NODE_EXTRA_CA_CERTS: "" },
    );
    assert.match(answer?.error ?? "", /UNABLE_TO_VERIFY|SELF_SIGNED/u);
  });
});
