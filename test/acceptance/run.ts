import { parseArgs } from "node:util";

import { AzureCliCredential, EnvironmentCredential, type TokenCredential } from "@azure/identity";

import { clouds, type CloudName } from "../../shared/core/clouds.ts";
import { accept } from "./acceptance.ts";
import { graphDoor } from "./doors.ts";

const usage = `Compares a tenant with the local cloud, after deployment: makes three users and a group in an
administrative unit of their own, changes and deletes them, and prints every answer that differs.

  --domain NAME     the verified domain for the users' names (required)
  --storage NAME    the storage account of the deployment; without it only Graph is compared
  --cloud NAME      global, usgov-l4, usgov-l5 or china (global)
  --patience N      seconds that a change may take to replicate (60)
  --yes             do not ask
`;

const flags = {
  options: {
    domain: { type: "string" },
    storage: { type: "string" },
    cloud: { type: "string", default: "global" },
    patience: { type: "string", default: "60" },
    yes: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
} as const;

/** The application of AZURE_CLIENT_ID and its secret or certificate, else who is signed in to Azure CLI. */
const credential = (): TokenCredential =>
  process.env["AZURE_CLIENT_ID"] === undefined
    ? new AzureCliCredential()
    : new EnvironmentCredential();

const tokenOf = async (signedIn: TokenCredential, resource: string): Promise<string> => {
  const token = await signedIn.getToken(`${resource}/.default`);
  if (token === null) throw new Error(`No token for ${resource}. Sign in with az login.`);
  return token.token;
};

const say = (what: string): void => void process.stdout.write(`${what}\n`);

async function run(): Promise<void> {
  const { values } = parseArgs(flags);
  if (values.help || values.domain === undefined || !Object.hasOwn(clouds, values.cloud)) {
    process.stdout.write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const { domain, storage } = values;
  const cloud = clouds[values.cloud as CloudName];
  const signedIn = credential();
  const graph = `https://${cloud.graphHost}`;
  const first = await tokenOf(signedIn, graph);
  if (!values.yes) {
    say(`This changes the tenant of ${domain}: it makes and deletes three users and two groups.`);
    say("Run it again with --yes.");
    process.exitCode = 2;
    return;
  }
  const claims = JSON.parse(
    Buffer.from(first.split(".")[1] ?? "", "base64url").toString("utf8"),
  ) as Readonly<Record<string, unknown>>;
  if (claims["idtyp"] !== "app")
    say("Signed in as a person: some refusals differ from an application's. Set AZURE_CLIENT_ID.");
  const { lines, compared, left } = await accept({
    door: graphDoor({ address: graph, token: () => tokenOf(signedIn, graph) }),
    domain,
    patienceMs: Number(values.patience) * 1000,
    tell: say,
    ...(storage !== undefined && {
      product: {
        blobs: `https://${storage}.blob.${cloud.storageSuffix}`,
        queues: `https://${storage}.queue.${cloud.storageSuffix}`,
        credential: signedIn,
        patienceMs: 600_000,
      },
    }),
  });
  say("");
  for (const line of lines) say(line);
  for (const step of left)
    say(`LEFT | ${step} did not succeed: look for acceptance-… in the tenant.`);
  say(
    `${compared} answers compared, ${lines.length} different.${lines.length > 0 ? " Please send us the lines that begin with DIFFERENT: they contain no names or ids of yours." : ""}`,
  );
  process.exitCode = lines.length > 0 || left.length > 0 ? 1 : 0;
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
