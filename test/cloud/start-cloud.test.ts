import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { readSettings } from "../../shared/app/settings.ts";
import { until } from "../core/until.ts";
import { runClient } from "./clients/run-client.ts";
import { putDirectory } from "./directory-file.ts";
import { spawnCloud } from "./spawn-cloud.ts";
import { startCloud } from "./start-cloud.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The ports that accept a connection. */
async function listening(ports: readonly number[]): Promise<number[]> {
  const open = await Promise.all(
    ports.map(
      (port) =>
        new Promise<boolean>((resolve) => {
          const socket = connect(port, "127.0.0.1", () => {
            socket.destroy();
            resolve(true);
          });
          socket.once("error", () => resolve(false));
        }),
    ),
  );
  return ports.filter((_port, at) => open[at]);
}

async function homeOf(seed: number): Promise<string> {
  const cloud = await startCloud({ storage: false, seed });
  await cloud.close();
  return JSON.stringify(cloud.home);
}

describe("a local cloud", () => {
  it("keeps Azurite from its search for unused content, which answers nobody for minutes", async () => {
    const preload = here("storage/azurite-preload.cjs");
    const ask = `const { default: Manager } = require("azurite/dist/src/blob/gc/BlobGCManager.js");
      const none = () => undefined;
      console.log(new Manager({}, {}, {}, none, {}).gcIntervalInMS)`;
    const hours = async (...options: string[]): Promise<number> =>
      Number((await promisify(execFile)(process.execPath, [...options, "-e", ask])).stdout) /
      3_600_000;
    assert.deepEqual([await hours(), await hours("--require", preload)], [1 / 6, 24]);
  });

  it("gives a worker every setting that the product needs, with production names", async () => {
    const cloud = await startCloud({ storage: false });
    const environment: Record<string, string> = {
      ...cloud.env(),
      SWEEP_SCHEDULE: "0 */5 * * * *",
      CERTIFICATE_CHECK_SCHEDULE: "0 30 3 * * *",
      STALE_ACCOUNTS_SCHEDULE: "0 0 3 * * *",
    };
    await cloud.close();
    const settings = readSettings(environment);
    assert.equal(settings.KEY_VAULT_URI, "https://batch-vault.vault.azure.net");
    assert.equal(
      environment["BatchStorage__queueServiceUri"],
      "https://batchstorage.queue.core.windows.net",
    );
    assert.equal(settings.GRAPH_WRITE_WINDOW_SECONDS, 15, "150 s at speed 10");
    const production = JSON.stringify(settings);
    assert.ok(!/127\.0\.0\.1|localhost/u.test(production));
  });

  it("has the same ids for the same seed, and different ones for another", async () => {
    assert.equal(await homeOf(3), await homeOf(3));
    assert.notEqual(await homeOf(3), await homeOf(4));
  });

  it("removes its files when it closes", async () => {
    const cloud = await startCloud({ storage: false });
    assert.ok(existsSync(cloud.caFile) && existsSync(cloud.tools.certificateFile));
    await cloud.close();
    assert.ok(!existsSync(cloud.caFile) && !existsSync(cloud.tools.certificateFile));
  });

  it("serves another cloud's names if configured as that cloud", async () => {
    const cloud = await startCloud({ storage: false, latency: false, cloud: "usgov-l4" });
    const requests = [
      "https://login.microsoftonline.us/common/discovery/keys",
      "https://graph.microsoft.us/v1.0/users",
      "https://login.microsoftonline.com/common/discovery/keys",
    ].map((url) => ({ url }));
    const answers = await runClient<{ status?: number; error?: string }[]>(cloud, "fetch", {
      requests,
    });
    await cloud.close();
    assert.deepEqual(
      answers.map(({ status, error }) => status ?? error),
      [200, 401, "ELOCALCLOUD"],
    );
    assert.equal(cloud.home.keyVaultUri, "https://batch-vault.vault.usgovcloudapi.net/");
  });

  it("distinguishes its services by name on one port", async () => {
    const cloud = await startCloud({ storage: false, latency: false, port: 0 });
    assert.equal(new Set(Object.values(cloud.redirect)).size, 1);
    const requests = [
      "https://login.microsoftonline.com/common/discovery/keys",
      "https://graph.microsoft.com/v1.0/users",
      "https://management.azure.com/subscriptions",
    ].map((url) => ({ url }));
    const answers = await runClient<{ status: number; body: string }[]>(cloud, "fetch", {
      requests,
    });
    await cloud.close();
    assert.deepEqual(
      answers.map(({ status, body }) => [status, /"code":"(\w+)"/u.exec(body)?.[1]]),
      [
        [200, undefined],
        [401, "InvalidAuthenticationToken"],
        [401, "AuthenticationFailed"],
      ],
    );
  });
});

describe("a local cloud that cannot start", () => {
  it("reports the reason and leaves nothing running", async () => {
    const first = await startCloud({ storage: false, port: 0 });
    const port = Number(first.redirect["graph.microsoft.com"]);
    const directory = mkdtempSync(join(tmpdir(), "own-"));
    const { TMPDIR: usual } = process.env;
    process.env["TMPDIR"] = directory;
    // Azurite is starting when the port turns out to be taken.
    await assert.rejects(startCloud({ port }), /EADDRINUSE/);
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
    await first.close();
    assert.deepEqual(readdirSync(directory), []);
    rmSync(directory, { recursive: true });
  });
});

describe("a local cloud in a separate process", () => {
  it("accepts the same commands and throws the same errors", async () => {
    const cloud = await spawnCloud({ storage: false, latency: false });
    const { control, home } = cloud;
    const { secret } = await control.addSecret({ appId: home.clientId });
    const { token } = await control.issueToken({
      tenantId: home.tenantId,
      appId: home.clientId,
      resource: "https://graph.microsoft.com",
    });
    await assert.rejects(control.addSecret({ appId: "nobody" }), {
      name: "TypeError",
      message: "No application nobody.",
    });
    const [answer] = await runClient<{ status: number }[]>(cloud, "fetch", {
      requests: [
        {
          url: "https://graph.microsoft.com/v1.0/users",
          headers: { authorization: `Bearer ${token}` },
        },
      ],
    });
    await cloud.close();
    assert.equal(answer?.status, 200);
    assert.ok(secret.length > 20);
  });

  const starters = { spawnCloud: here("spawn-cloud.ts"), startCloud: here("start-cloud.ts") };
  for (const [starter, file] of Object.entries(starters))
    it(`ends with the process that called ${starter}, Azurite too, even if that is killed`, async () => {
      const program = `
      const { ${starter} } = await import(${JSON.stringify(file)});
      const { urls } = await ${starter}();
      console.log(JSON.stringify([urls.graph, urls.blob, urls.queue]));
      setInterval(() => {}, 1000);`;
      const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const urls = await new Promise<string[]>((resolve) => {
        parent.stdout.once("data", (text: Buffer) => resolve(JSON.parse(String(text)) as string[]));
      });
      const ports = urls.map((url) => Number(new URL(url).port));
      assert.deepEqual(await listening(ports), ports);
      parent.kill("SIGKILL");
      const nobody = async () => (await listening(ports)).length === 0;
      await until(nobody, { what: "the end of all servers" });
    });
});

describe("node test/cloud/main.ts", () => {
  it("writes the ready file for other clients, and ends on Ctrl-C", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ready-"));
    const file = join(directory, "ready.json");
    const flags = ["--ready", file, "--users", "50", "--no-storage", "--no-latency"];
    const child = spawn(process.execPath, [here("main.ts"), ...flags], { stdio: "ignore" });
    const ended = new Promise((resolve) => {
      child.once("exit", resolve);
    });
    await until(() => existsSync(file), { what: "the ready file" });
    const facts = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    child.kill("SIGINT");
    assert.equal(await ended, 0);
    for (const field of [
      "graph",
      "login",
      "vault",
      "identityEndpoint",
      "caFile",
      "tenantId",
      "domain",
      "clientId",
      "clientSecret",
      "certificateFile",
    ])
      assert.equal(typeof facts[field], "string", field);
    assert.equal(existsSync(String(facts["caFile"])), false, "files are removed");
    rmSync(directory, { recursive: true });
  });

  it("puts in the users and groups of a file, and refuses what Graph refuses", async () => {
    const directory = mkdtempSync(join(tmpdir(), "people-"));
    const file = join(directory, "people.json");
    const start = promisify(execFile);
    const flags = [here("main.ts"), "--no-storage", "--no-latency", "--directory", file];
    const refused = async (content: object): Promise<string> => {
      writeFileSync(file, JSON.stringify(content));
      const ended = await start(process.execPath, flags).catch((error: unknown) => error);
      return (ended as { stderr: string }).stderr;
    };
    const ann = { userPrincipalName: "ann" };
    const team = { displayName: "Team", members: ["ann"], owners: ["ann@contoso.com"] };
    assert.match(
      await refused({ users: [ann, ann] }),
      /people\.json: users\[1\]: Graph refuses it/,
    );
    const stranger = { ...team, members: ["zoe"] };
    assert.match(await refused({ groups: [stranger] }), /groups\[0\]\.members: no user zoe in/);
    assert.match(await refused({ people: [] }), /people is not known\. Use users and groups/);

    writeFileSync(file, JSON.stringify({ users: [ann], groups: [team] }));
    const cloud = await startCloud({ storage: false });
    await putDirectory(cloud, file);
    const { users, groups } = await cloud.control.graph("snapshot", {});
    await cloud.close();
    rmSync(directory, { recursive: true });
    const id = users.find(({ values }) => values["userPrincipalName"] === "ann@contoso.com")?.id;
    const made = groups.find(({ values }) => values["displayName"] === "Team");
    assert.deepEqual([made?.members, made?.owners], [[id], [id]]);
  });

  it("refuses unknown or invalid flags and prints its usage", async () => {
    const refusals = [
      [["--users", "many"], '--users must be a number, not "many"'],
      [["--speed", "0"], '--speed must be a number above 0, not "0"'],
      [["--cloud", "mars"], '--cloud must be one of global, usgov-l4, usgov-l5, china, not "mars"'],
      [["--frobnicate"], "Unknown option '--frobnicate'"],
    ] as const;
    for (const [given, says] of refusals) {
      const run = promisify(execFile)(process.execPath, [here("main.ts"), ...given]);
      await assert.rejects(run, ({ stderr }: { stderr: string }) => {
        assert.ok(stderr.startsWith(says), stderr);
        return stderr.includes("--ready FILE") && !stderr.includes("node:internal");
      });
    }
  });
});
