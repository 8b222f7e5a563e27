import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import { InputRefusal } from "../../core/input-refusal.ts";
import { limits } from "../../core/limits.ts";
import type { BatchManifest, BatchOrigin, FileVersion } from "../../records/manifest.ts";
import { batchLockBlob, folderOf, LONGEST_BATCH_NAME } from "../../records/paths.ts";
import { leaseLost } from "../../storage/errors.ts";
import { withLock } from "../../storage/held-lease.ts";
import type { Blobs } from "../../storage/types.ts";
import { holderOf, otherSpelling, takeName } from "../folder/take-name.ts";
import { checkInput } from "../input/check-input.ts";
import { MADE_ROW_BYTES } from "../input/input-shards.ts";
import { NOT_UNDONE, ONLY_IF } from "../input/origin-columns.ts";
import { NEEDS, SETTLED } from "../input/part-columns.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { keepMapping } from "../mapping/stored-mapping.ts";
import type { BatchPorts } from "../ports.ts";
import type { OwnRecipe } from "../recipes/own-recipes.ts";
import { keepRecipes, recipesNamed, storedRecipes } from "../recipes/stored-recipes.ts";
import type { MadeBatch, MakeJob } from "./job.ts";

/** The input of a batch that is made out of another one. */
export interface MadeInput extends Pick<BatchManifest, "format" | "operation"> {
  readonly kind: BatchOrigin["kind"];
  /** How its columns are read, if they are those of a mapped batch. */
  readonly mapper?: Mapper | undefined;
  /** Its text in pieces; nothing if there is no row. */
  readonly text: () => AsyncIterable<string>;
  /** Why there may be no row, as a refusal of the decision. */
  readonly nothing: () => InputRefusal;
}

/** Columns that no report shows. */
const INNER: readonly string[] = [ONLY_IF, NOT_UNDONE, NEEDS, SETTLED];

/** So many numbers are tried after the name of the other batch. */
const MOST_NAMES = 1_000;

/**
 * Makes a batch out of another one: its rows are put into `inbox/staged/`, its manifest says where it comes
 * from, and a message of queue `accept` then takes it the way of every batch. The same decision again finds
 * what it made before.
 *
 * @throws InputRefusal BATCH_NAME_TAKEN, or that there is no such row; OperatorError of storage, `retry`.
 */
export async function makeBatch(
  ports: BatchPorts,
  job: MakeJob,
  input: MadeInput,
): Promise<MadeBatch> {
  const { decision } = job;
  const origin: BatchOrigin = {
    kind: input.kind,
    of: job.manifest.batch,
    decisionId: decision.decisionId,
  };
  for (const batch of namesFor(job, input.kind)) {
    if (await makeNamed(ports, job, { batch, origin, input })) return { batch };
    if (decision.as !== undefined) throw nameTaken(batch);
  }
  throw nameTaken(`${job.manifest.batch}-${input.kind}-1 to -${MOST_NAMES}`);
}

/** The name that the decision gives, or the other batch's with the first number that is free. */
function* namesFor({ decision, manifest }: MakeJob, kind: string): Generator<string> {
  if (decision.as !== undefined) return yield decision.as;
  for (let at = 1; at <= MOST_NAMES; at++) {
    const end = `-${kind}-${at}`;
    yield `${manifest.batch.slice(0, LONGEST_BATCH_NAME - end.length)}${end}`;
  }
}

const nameTaken = (batch: string): InputRefusal =>
  new InputRefusal(
    "BATCH_NAME_TAKEN",
    `The name ${batch} belongs to another batch.`,
    "Decide again and give the new batch another name (as).",
  );

interface Wanted {
  readonly batch: string;
  readonly origin: BatchOrigin;
  readonly input: MadeInput;
}

/** Makes the batch under this name, or finds it; answers `false` if another batch has the name. */
async function makeNamed(ports: BatchPorts, job: MakeJob, wanted: Wanted): Promise<boolean> {
  const { batches } = ports.blobs;
  const { tenant } = job.manifest;
  const folder = folderOf(ports.settings.homeTenant, tenant, wanted.batch);
  const made = await withLock(batches, batchLockBlob(folder), ports.clock, async (lock) => {
    const holder = await holderOf(batches, folder);
    if (holder.kind === "remains") return false;
    if (holder.kind === "batch") {
      if (!isSameOrigin(holder.manifest.origin, wanted.origin)) return false;
      await announce(ports, holder.manifest);
      return true;
    }
    if ((await otherSpelling(ports, tenant, wanted.batch)) !== undefined) return false;
    const { catalogue } = ports;
    // What an undo writes are parts, which need no recipe.
    const named = wanted.input.kind === "undo" ? {} : job.manifest;
    const own = await storedRecipes({ batches, catalogue }, job.folder, named);
    const manifest = await manifestOf(ports, job, wanted, own);
    lock.check();
    await keepMapping(batches, folder, wanted.input.mapper, holder.isEmpty);
    const kept = (manifest.recipes ?? []).flatMap(({ name }) => own[name] ?? []);
    await keepRecipes(batches, folder, kept, holder.isEmpty);
    if (!(await takeName(batches, folder, manifest, holder.refused))) return false;
    const { batch, rows, mode } = manifest;
    ports.emit({ event: "batch.accepted", batch, tenant, rows, mode });
    await announce(ports, manifest);
    return true;
  });
  if (made === undefined) throw leaseLost("Another message is working on the batch to be made.");
  return made;
}

const isSameOrigin = (one: BatchOrigin | undefined, other: BatchOrigin): boolean =>
  one?.kind === other.kind && one.of === other.of && one.decisionId === other.decisionId;

/** Writes the input into `inbox` and checks it, as the input of every batch. */
async function manifestOf(
  ports: BatchPorts,
  job: MakeJob,
  { batch, origin, input }: Wanted,
  ownRecipes: Readonly<Record<string, OwnRecipe>>,
): Promise<BatchManifest> {
  const { inbox } = ports.blobs;
  const { tenant, priority } = job.manifest;
  const file = await stage(inbox, stagedPath(job, input), input);
  const opened = await inbox.stream(file.path, { ifMatch: file.etag });
  if (opened === undefined) throw leaseLost("The rows of the batch to be made were replaced.");
  if (opened.facts.bytes === 0) throw input.nothing();
  const own = { ...limits, ...ports.limits };
  const { mapper } = input;
  const read = await checkInput(opened.body, {
    mapper,
    catalogue: { ...ports.catalogue, ...ports.recipes, ...ownRecipes },
    operation: input.operation,
    origin: input.kind,
    format: input.format,
    file: file.path,
    limits: { ...own, rowBytes: MADE_ROW_BYTES, fileBytes: 4 * own.fileBytes },
    // Rows that failed for being invalid are the ones to send again.
    maxInvalidRowsPercent: 100,
  });
  const { mapper: _mapper, operation, ownRecipes: named, ...checked } = read;
  const kept = recipesNamed(named.flatMap((name) => ownRecipes[name] ?? []));
  return {
    version: 1,
    batch,
    tenant,
    mode: job.decision.mode ?? "apply",
    priority,
    operation,
    source: { kind: "message", messageId: origin.decisionId, file },
    format: input.format,
    ...checked,
    ...(mapper && { mapping: { path: mapper.path } }),
    ...(kept.length > 0 && { recipes: kept }),
    columns: checked.columns.filter((name) => !INNER.includes(name)),
    acceptedAt: new Date(ports.clock.now()).toISOString(),
    submitter: job.who,
    origin,
  };
}

/** One path for one decision about one batch. */
function stagedPath({ decision, manifest }: MakeJob, { kind, format }: MadeInput): string {
  const what = [kind, manifest.tenant, manifest.batch, decision.decisionId].join("\n");
  const digest = createHash("sha256").update(what).digest("hex").slice(0, 32);
  return `staged/${kind}-${digest}.${format}`;
}

/** Rows that an earlier attempt has put there stay: they are whole, and a message may be reading them. */
async function stage(inbox: Blobs, path: string, { text }: MadeInput): Promise<FileVersion> {
  const written = await inbox.writeStream(path, Readable.from(bytesOf(text())), { ifAbsent: true });
  if (written !== undefined) return { path, etag: written.etag };
  const found = await inbox.stream(path);
  found?.body.destroy();
  if (found === undefined) throw leaseLost("The rows of the batch to be made are gone.");
  return { path, etag: found.facts.etag };
}

async function* bytesOf(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) if (piece !== "") yield Buffer.from(piece, "utf8");
}

/** Repeated, the message has no effect. */
async function announce(ports: BatchPorts, manifest: BatchManifest): Promise<void> {
  const { batch, tenant, mode, priority, operation, source } = manifest;
  const file = source.kind === "claimed" ? undefined : source.file?.path;
  await ports.acceptQueue.send(
    JSON.stringify({ version: 1, batch, tenant, mode, priority, operation, file }),
  );
}
