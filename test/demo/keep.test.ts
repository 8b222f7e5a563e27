import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { accessText } from "./keep.ts";

const hasAzureCli = spawnSync("az", ["--version"]).status === 0;

describe("what npm start -- --keep prints", () => {
  let cloud: LocalCloud;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "keep-"));
    writeFileSync(join(folder, "mine.csv"), "user\nann@contoso.com\n");
    cloud = await startCloud({ latency: false, graph: { seed: { users: 5 } } });
  });
  after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true });
  });

  const run = async (script: string): Promise<string> => {
    const env = { ...process.env, AZURE_CONFIG_DIR: join(folder, "az"), HOME: folder };
    const options = { cwd: folder, env };
    const { stdout } = await promisify(execFile)("bash", ["-euc", script], options);
    return stdout;
  };
  /** The printed commands that start with one of these, as a script. */
  const commands = (...starts: readonly string[]): string =>
    accessText(cloud)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => starts.some((start) => line.startsWith(start)))
      .join("\n");

  it("names tenant, client, secret, certificate, login, Graph, control and storage", () => {
    const { home, tools, urls, storage, caFile } = cloud;
    const text = accessText(cloud);
    const said = [
      home.tenantId,
      ...Object.values(tools),
      urls.login,
      urls.graph,
      urls.control,
      urls.blob ?? "no blobs",
      urls.queue ?? "no queues",
      storage?.connectionString ?? "no storage",
      caFile,
    ];
    assert.deepEqual(
      said.filter((each) => !text.includes(each)),
      [],
    );
  });

  it("has curl commands that get a token and control the cloud", async () => {
    const out = await run(`${commands("token=", "curl")}\necho; echo "token: $token"`);
    assert.match(out, /"result":.*committedWrites/);
    assert.match(out, /^token: ey[\w-]+\.[\w-]+\.[\w-]+$/m);
  });

  it(`has commands that Azure CLI takes${hasAzureCli ? "" : " (left out: az is not installed)"}`, async () => {
    if (!hasAzureCli) return;
    const out = await run(commands("export", "az storage", "token=", "az rest"));
    assert.match(out, /"insertionTime"/, "the message was sent");
    assert.match(out, /"etag"/, "the file was uploaded");
    assert.match(out, /userPrincipalName/, "the directory was read");
  });
});
