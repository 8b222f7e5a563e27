import assert from "node:assert/strict";
import { createServer } from "node:https";
import { afterEach, describe, it } from "node:test";
import { setTimeout as setTimeoutPromise } from "node:timers/promises";

import { createTransport, type HttpRequest } from "../../shared/graph/transport.ts";
import { createAuthority } from "../cloud/certificates/authority.ts";
import { type GraphServer, type Reply, startGraphServer } from "./graph-server.ts";

let server: GraphServer | undefined;
afterEach(() => server?.close());

async function serve(reply: (number: number) => Reply) {
  server = await startGraphServer((_, number) => reply(number));
  const request: HttpRequest = {
    method: "GET",
    url: `${server.root}/users`,
    headers: {},
    timeoutMs: 5000,
  };
  return { request, calls: server.calls };
}

describe("HTTP to Graph", () => {
  it("keeps its connection", async () => {
    const { request, calls } = await serve(() => ({ json: {} }));
    const send = createTransport();
    for (let count = 0; count < 3; count += 1) await send(request);
    assert.deepEqual(
      calls.map(({ connection }) => connection),
      [1, 1, 1],
    );
  });

  it("uses a new connection after a 503", async () => {
    const { request, calls } = await serve((number) => ({ status: number === 2 ? 503 : 200 }));
    const send = createTransport();
    for (let count = 0; count < 4; count += 1) await send(request);
    assert.deepEqual(
      calls.map(({ connection }) => connection),
      [1, 1, 2, 2],
    );
  });

  it("uses none of the older connections after a 503", async () => {
    const { request, calls } = await serve((number) => ({ status: number === 3 ? 503 : 200 }));
    const send = createTransport();
    await Promise.all([send(request), send(request)]);
    await send(request);
    await Promise.all([send(request), send(request)]);
    const last = calls.slice(3).map(({ connection }) => connection);
    assert.deepEqual(new Set(last), new Set([3, 4]));
  });

  it("does not follow a redirect, which would send the token to another host", async () => {
    const { request, calls } = await serve(() => ({
      status: 307,
      headers: { location: "/other" },
    }));
    assert.equal((await createTransport()(request)).status, 307);
    assert.equal(calls.length, 1);
  });

  it("reads no answer larger than 32 MiB", async () => {
    const megabyte = "x".repeat(1024 * 1024);
    const { request } = await serve(() => (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(megabyte));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    await assert.rejects(createTransport()(request), /larger than 32 MiB/);
  });

  it("waits for a slow response longer than it keeps an idle connection", async () => {
    const { request } = await serve(() => (response) => {
      setTimeout(() => response.end("{}"), 200);
    });
    assert.equal((await createTransport({ idleMs: 50 })(request)).text, "{}");
  });

  it("closes an idle connection before the server does", async () => {
    const { request, calls } = await serve(() => ({ json: {} }));
    const send = createTransport({ idleMs: 50 });
    await send(request);
    await setTimeoutPromise(150);
    await send(request);
    assert.deepEqual(
      calls.map(({ connection }) => connection),
      [1, 2],
    );
  });

  it("sends nothing to a server with an untrusted certificate", async () => {
    const authority = await createAuthority(Date.now());
    const { certificatePem, privateKeyPem } = await authority.issueServer(["localhost"]);
    let requests = 0;
    const impostor = createServer({ cert: certificatePem, key: privateKeyPem }, (_, response) => {
      requests += 1;
      response.end("{}");
    });
    await new Promise<void>((resolve) => void impostor.listen(0, "127.0.0.1", resolve));
    const address = impostor.address();
    assert.ok(typeof address === "object" && address);
    const url = `https://localhost:${address.port}/v1.0/users`;
    const request = { method: "GET", url, headers: {}, timeoutMs: 5000 } as const;
    await assert.rejects(createTransport()(request), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    impostor.close();
    impostor.closeAllConnections();
    assert.equal(requests, 0);
  });
});
