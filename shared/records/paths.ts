import { isGuid } from "../core/object-id.ts";

/**
 * The path of every stored blob: container `batches` has one folder for each batch, and
 * container `runner` one for each tenant. No other file spells these paths.
 */

/** The batch's folder: its name in the home tenant, below the tenant's id in another. */
export const folderOf = (homeTenant: string, tenant: string, batch: string): string =>
  tenant === homeTenant ? batch : `${tenant}/${batch}`;

/** The longest batch name. */
export const LONGEST_BATCH_NAME = 64;

/**
 * The rule that a batch name breaks, as the end of "must …", or `undefined` if it breaks none. Names
 * are folders beside tenant folders and `message-…` folders, so those are reserved; and storage drops
 * a dot at the end of a path segment.
 */
export function nameRuleBroken(name: string): string | undefined {
  if (name.length < 1 || name.length > LONGEST_BATCH_NAME) return "have 1 to 64 characters";
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "consist of A-Z a-z 0-9 . _ and - only";
  if (name.endsWith(".")) return "not end with a dot";
  if (isGuid(name)) return "not look like a tenant id";
  return name.startsWith("message-") ? "not start with message-" : undefined;
}

/** The name of the batch whose folder it is. */
export const batchOf = (folder: string): string => folder.slice(folder.lastIndexOf("/") + 1);

/** The folder of a path in container `batches`; `undefined` for a blob that is in none. */
export function folderIn(path: string): string | undefined {
  const [first = "", second = "", ...more] = path.split("/");
  if (second === "") return undefined;
  if (!isGuid(first)) return first;
  return more.length === 0 ? undefined : `${first}/${second}`;
}

/** The tenant whose folder it is. */
export function tenantIn(homeTenant: string, folder: string): string {
  const [first = "", second] = folder.split("/");
  return second === undefined ? homeTenant : first;
}

/** What every path in the folder begins with. */
export const folderPrefix = (folder: string): string => `${folder}/`;

/** The manifest; creating it claims the batch's name. */
export const manifestBlob = (folder: string): string => `${folder}/batch.json`;

/** The rows as they were accepted. */
export const inputBlob = (folder: string): string => `${folder}/input`;

/** How the input's columns become those of the operation, if they are not the same. */
export const mappingBlob = (folder: string): string => `${folder}/mapping.json`;

/** The recipes of the deployment's own that rows of the batch name. */
export const recipesBlob = (folder: string): string => `${folder}/recipes.json`;

/** What every path begins with that holds the free names which were chosen for rows. */
export const namesPrefix = (folder: string): string => `${folder}/names/`;

/** The free names of one shard. */
export const namesBlob = (folder: string, shard: number): string =>
  `${namesPrefix(folder)}${fileOf(shard)}`;
/** What the path of every piece of the expanded input begins with. */
export const expandedPrefix = (folder: string): string => `${folder}/expanded/`;

/** The parts of some rows of the input, in order; the first piece is 1. */
export const expandedBlob = (folder: string, piece: number): string =>
  `${expandedPrefix(folder)}${fileOf(piece)}`;

/** Whom some rows of the input name that say who the members of groups shall be; the first is 1. */
export const wantedBlob = (folder: string, piece: number): string =>
  `${expandedPrefix(folder)}wanted-${fileOf(piece)}`;

/** What the expanded input is as a whole; it exists once every piece does. */
export const expansionBlob = (folder: string): string => `${folder}/expanded.json`;

/** The plan as a whole; its rows are in the shards. */
export const planBlob = (folder: string): string => `${folder}/plan.json`;

/** How far the batch is. */
export const statusBlob = (folder: string): string => `${folder}/status.json`;

/** Why nothing of the batch was run. */
export const refusedBlob = (folder: string): string => `${folder}/refused.json`;

/** Why the last attempt to accept the batch failed. */
export const problemBlob = (folder: string): string => `${folder}/problem.json`;

/** The blob whose lease lets one delivery at a time accept the batch. */
export const batchLockBlob = (folder: string): string => `${folder}/lock`;

/** What people decided about the batch. */
export const controlBlob = (folder: string): string => `${folder}/control.json`;

/** What every shard's path begins with. */
export const shardsPrefix = (folder: string): string => `${folder}/shards/`;

/** The planned rows of one shard; the first shard is 1. */
export const shardBlob = (folder: string, shard: number): string =>
  `${shardsPrefix(folder)}${fileOf(shard)}`;

/** What every journal's path begins with. */
export const journalsPrefix = (folder: string): string => `${folder}/journal/`;

/** What was sent of one shard, and what came back. */
export const journalBlob = (folder: string, shard: number): string =>
  `${journalsPrefix(folder)}${fileOf(shard)}`;

/** Which rows were held while the batch ran. */
export const heldRowsBlob = (folder: string): string => `${folder}/held.json`;

/** What every path begins with that holds values from before the batch's writes. */
export const beforePrefix = (folder: string): string => `${folder}/before/`;

/** What the rows of one shard change, as it was when they were planned. */
export const beforeBlob = (folder: string, shard: number): string =>
  `${beforePrefix(folder)}${fileOf(shard)}`;

/** The same of rows that the runner looked at before it wrote them; its first look is 1. */
export const beforeLookBlob = (folder: string, shard: number, look: number): string =>
  `${beforePrefix(folder)}${fileOf(shard, `-${String(look).padStart(4, "0")}`)}`;

/** The number of the shard whose journal it is; `undefined` for another path. */
export function shardOfJournal(path: string): number | undefined {
  const number = /\/journal\/(\d{5,})\.jsonl$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The report for machines and spreadsheets. */
export const csvReportBlob = (folder: string): string => `${folder}/report.csv`;

/** The report for programs. */
export const jsonReportBlob = (folder: string): string => `${folder}/report.json`;

/** The report for people. */
export const htmlReportBlob = (folder: string): string => `${folder}/report.html`;

/** The digests of everything above, once the batch has ended. */
export const sealBlob = (folder: string): string => `${folder}/seal.json`;

/** Whether a blob was made by accepting and planning a batch, and is not replaced while the batch runs. */
export const isMadeByPlan = (folder: string, path: string): boolean =>
  [manifestBlob(folder), inputBlob(folder), planBlob(folder)].includes(path) ||
  [shardsPrefix(folder), beforePrefix(folder)].some((prefix) => path.startsWith(prefix));

/** Whether a batch's seal leaves the blob out: it goes on changing after the batch has ended. */
export const isLeftUnsealed = (folder: string, path: string): boolean =>
  [sealBlob(folder), statusBlob(folder), controlBlob(folder)].includes(path) ||
  (isBeforeTheName(folder, path) && ![mappingBlob(folder), recipesBlob(folder)].includes(path));

/** The folder for the refusal of another input that came with the batch's name. */
export const conflictFolder = (folder: string, digest: string): string =>
  `${folder}/conflicts/${digest}`;

/** Whether an attempt can leave this blob although it never owned the name of the folder. */
export const isBeforeTheName = (folder: string, path: string): boolean =>
  path === batchLockBlob(folder) ||
  path === problemBlob(folder) ||
  path === mappingBlob(folder) ||
  path === recipesBlob(folder) ||
  path.startsWith(conflictFolder(folder, ""));

/** When the sweep last ran, in container `runner`. */
export const heartbeatBlob = "heartbeat.json";

/** The blob whose lease makes a process the tenant's runner. */
export const runnerLockBlob = (tenant: string): string => `${tenant}/lock`;

/** What a tenant's runners hand on to each other. */
export const runnerStateBlob = (tenant: string): string => `${tenant}/state.json`;

/** What people decided about all batches of the tenant. */
export const tenantControlBlob = (tenant: string): string => `${tenant}/control.json`;

/** What the tenant's batches were allowed in the last 24 hours. */
export const ledgerBlob = (tenant: string): string => `${tenant}/ledger.json`;

/** When the ring that waits for the tenant comes back. */
export const bellBlob = (tenant: string): string => `${tenant}/bell`;

/** What the path of every marker of the tenant begins with. */
export const markersPrefix = (tenant: string): string => `${tenant}/queue/`;

/** What the path of every note of a batch that waits for a decision begins with. */
export const heldPrefix = (tenant: string): string => `${tenant}/held/`;

/** The note that a batch waits for a decision: it was only planned, or a guard holds it. */
export const heldBlob = (tenant: string, batch: string): string => `${heldPrefix(tenant)}${batch}`;

/** What the path of every batch begins with that may not write yet; the instant at which it may follows. */
export const laterPrefix = (tenant: string): string => `${tenant}/later/`;

/** What the path of every planning marker of the tenant begins with. */
export const planningPrefix = (tenant: string): string => `${tenant}/planning/`;

/** How a batch's name is spelled that has capital letters, by its name in lower case. */
export const spellingBlob = (tenant: string, batch: string): string =>
  `${tenant}/names/${batch.toLowerCase()}`;

/** What is known of the batches of one source of inputs, by the digest of its name. */
export const sourceBlob = (tenant: string, digest: string): string =>
  `${tenant}/sources/${digest}.json`;

/** What the app registered of its certificates, and what became of it. */
export const certificatesBlob = (tenant: string): string => `${tenant}/certificates.json`;

/** Which warnings of a certificate's end were given. */
export const certificateCheckBlob = (tenant: string): string => `${tenant}/certificate-check.json`;

const fileOf = (shard: number, more = ""): string =>
  `${String(shard).padStart(5, "0")}${more}.jsonl`;
