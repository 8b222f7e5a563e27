import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";

import type { AzureState } from "./azure-state.ts";
import { runCommand } from "./recorded-commands.ts";

export interface Run {
  readonly status: number | null;
  /** What a person reads: standard error, then standard output. */
  readonly said: string;
  readonly printed: string;
  /** The `az` calls of this run, each as one line. */
  readonly calls: readonly string[];
  /** What main.bicepparam would read from the environment, at the last call. */
  readonly environment: readonly string[];
}

/** Azure as a script in infra/ meets it, behind an `az` that records; `sleep` waits for nothing. */
export interface RecordedAzure {
  readonly state: AzureState;
  readonly folder: string;
  run(script: string, ...options: readonly string[]): Promise<Run>;
  /** How long the scripts would have waited, seconds, in order. */
  waits(): readonly number[];
}

const root = join(import.meta.dirname, "../..");
const variables = [
  "ENVIRONMENT_NAME",
  "OPERATOR_PRINCIPAL_TYPE",
  "GRANT_GRAPH_PERMISSIONS",
  "DISABLED_FUNCTIONS",
  "OWNER_OBJECT_IDS",
];

/** `az`: bash alone, because a script makes twenty calls and starting Node takes longer than all of them. */
const client = (port: number): string => `#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\n' "$#" ${variables.map((name) => `"\${${name}-}"`).join(" ")} "$@" >&3
IFS= read -r status <&3
IFS= read -r lines <&3
for ((i = 0; i < lines; i++)); do IFS= read -r line <&3; printf '%s\\n' "$line"; done
while IFS= read -r line <&3; do printf '%s\\n' "$line" >&2; done
exit "$status"
`;

/** A fresh Azure for one test: somebody is signed in, and nothing is there. */
export async function createRecordedAzure(
  test: Pick<TestContext, "after">,
  change: Partial<AzureState> = {},
): Promise<RecordedAzure> {
  const state = { ...emptyAzure(), ...structuredClone(change) };
  const folder = mkdtempSync(join(tmpdir(), "azure-"));
  const bin = join(folder, "bin");
  const slept = join(folder, "slept");
  const calls: string[] = [];
  let environment: readonly string[] = [];

  const server = createServer((socket) => {
    onRequest(socket, (settings, words) => {
      calls.push(words.join(" "));
      environment = settings;
      const { status, out, errors } =
        calls.length - 1 === state.refusedCall
          ? { status: 1, out: [], errors: ["(AuthorizationFailed) The client has no right to."] }
          : runCommand(state, words, { disabled: settings[3] ?? "" });
      socket.end([status, out.length, ...out, ...errors].map((each) => `${each}\n`).join(""));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  mkdirSync(bin);
  const files = { az: client(port), sleep: `#!/bin/sh\necho "$1" >>"${slept}"\n` };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(bin, name), content);
    chmodSync(join(bin, name), 0o755);
  }
  test.after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    state,
    folder,
    waits: () =>
      existsSync(slept) ? readFileSync(slept, "utf8").trim().split("\n").map(Number) : [],
    run: async (script, ...options) => {
      const before = calls.length;
      const child = spawn("bash", [join(root, "infra", script), ...options], {
        cwd: folder,
        env: { PATH: `${bin}:${process.env["PATH"] ?? ""}`, HOME: folder, TMPDIR: folder },
      });
      const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
      if (child.exitCode === null) await once(child, "exit");
      return {
        status: child.exitCode,
        said: errors + printed,
        printed,
        calls: calls.slice(before),
        environment,
      };
    },
  };
}

/** Reads the count of words, the variables and the words, a line each. */
function onRequest(
  socket: Socket,
  answer: (settings: readonly string[], words: readonly string[]) => void,
): void {
  let received = "";
  socket.setEncoding("utf8");
  socket.on("data", (part: string) => {
    received += part;
    const [count, ...lines] = received.split("\n");
    const words = lines.slice(variables.length, -1);
    if (lines.length > variables.length && words.length === Number(count)) {
      answer(lines.slice(0, variables.length), words);
    }
  });
}

function emptyAzure(): AzureState {
  const der = randomBytes(700);
  return {
    groups: {},
    deployed: [],
    deploymentFailed: false,
    resources: {},
    versions: { cli: "2.77.0", bicep: "0.38.33" },
    providers: [],
    regions: ["West Europe", "North Europe"],
    locks: [],
    rights: [["*", ""]],
    deletedVaults: [],
    deletedApplications: [],
    deletedPrincipals: [],
    hasApplication: true,
    principalEnabled: true,
    appState: "Running",
    settings: {},
    certificates: [],
    certificate: der.toString("base64"),
    thumbprint: createHash("sha1").update(der).digest("hex").toUpperCase(),
    keys: [],
    granted: [],
    failures: {},
    refusedCall: undefined,
    functions: functionNames,
    outputs: {
      clientId: "client-1",
      servicePrincipalId: "sp-1",
      vaultName: "kv-test",
      certificateName: "graph-client",
      functionAppName: "func-test",
      credential: "certificate",
      graphPermissions: ["User.EnableDisableAccount.All", "User.Read.All"],
      graphAppRoleIds: wanted,
      consentTenantIds: [],
    },
    userType: "user",
    directoryRoles: [],
    customRoles: [],
  };
}

/** The functions of the bundle that the tests publish. */
export const functionNames = [
  "acceptBatch",
  "rollCertificate",
  "runTenant",
  "settleAcceptPoison",
  "settleRunPoison",
  "staleAccounts",
  "sweep",
];

/** The app role ids that the recorded deployment asks for. */
export const wanted = [
  "3011c876-62b7-4ada-afa2-506cbbecc68c",
  "df021288-bdef-4463-88db-98f22de89214",
];
