import type { Lookup } from "../../catalogue/operation.ts";
import { isProtectedWhy } from "../../catalogue/opt-in.ts";
import type { PlannedWrite } from "../../catalogue/row.ts";
import type { Clock } from "../../core/clock.ts";
import type { Graph } from "../../graph/types.ts";
import type { ProtectedRows } from "../../guards/protected.ts";
import { writeBefore } from "../../records/approval/before.ts";
import { batchDamaged } from "../../records/damaged.ts";
import { inputBlob, shardBlob } from "../../records/paths.ts";
import type { PlannedCharge, PlannedSeats } from "../../records/plan.ts";
import {
  type PlannedRow,
  ROWS_PER_SHARD,
  countShards,
  readShardBlob,
  shardDigest,
  shardText,
} from "../../records/shard.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import type { RowRules } from "../input/columns.ts";
import { compileRow } from "../input/compile-row.ts";
import type { Stored } from "../input/input-shards.ts";
import { rowsToPlan } from "../input/rows-to-plan.ts";
import { ahead } from "./ahead.ts";
import { withHints } from "./hints.ts";
import { type Directory, createDirectory } from "./lookups/lookups.ts";
import { createPartOrder } from "./part-order.ts";
import { planRow, replayRow } from "./plan-row.ts";
import { createTotals, type PlanTotals } from "./plan-totals.ts";
import { withAllLacking } from "./preflight.ts";
import { type RowToPlan, toPlan } from "./row-to-plan.ts";
import { valuesOf } from "./row-values.ts";
import { finalRow } from "./row-verdicts.ts";
import { createRowTraces, type RowTraces } from "./traces/row-traces.ts";
import { createWholeLists } from "./whole-lists.ts";

/**
 * Shards that are looked up beside the one at hand: a shard needs a few rounds of few reads, and alone would mostly
 * wait. What was read of a shard is garbage that lives long, so that a large batch has fewer than a small one, which
 * is looked up at once.
 */
const LOOK_UPS_AHEAD = 2;
const ALL_OF_SMALL = 4;

/** The totals of a whole plan, with what guards count of it. */
export interface PlannedBatch extends PlanTotals {
  readonly charge: PlannedCharge;
  readonly protectedRows: ProtectedRows;
  readonly seats: readonly PlannedSeats[];
}

/** What is planned, and with which clients. */
export interface PlanJob {
  readonly folder: string;
  readonly stored: Stored;
  /** The number of rows that was counted when the input was checked, or expanded. */
  readonly rows: number;
  readonly rules: RowRules;
  readonly batches: Blobs;
  /** Nothing of it was planned before. */
  readonly isNew: boolean;
  readonly graph: Graph;
  /** The application permissions in the token, for an error that names the lacking ones. */
  readonly rolesNow: () => Promise<readonly string[]>;
  readonly clock: Clock;
  /** Whether unfinished work of other batches may still change what the rows name. */
  readonly mayChange: boolean;
  /** Whether no row is unchanged for that: a plan that waits for an approval says what it saw. */
  readonly keepsOpen: boolean;
  /** Why the object that a write changes is protected; the row keeps it. */
  readonly protect: (write: PlannedWrite) => string | undefined;
  /** How many members that are added in one request Graph counts as one write. */
  readonly membersPerWrite: number;
  /** Called after each shard; planning continues while it answers true. Throws if the lease is lost. */
  readonly goOn: (totals: PlanTotals) => Promise<boolean>;
  /** Whether there is time for more than the shard at hand, so that reads for later ones are not wasted. */
  readonly hasTime: () => boolean;
}

/**
 * Plans a batch shard by shard, in the order of its input, with bounded memory: the rows of a shard
 * are checked, what they name is looked up, each is decided, and the shard is written once. Shards
 * that exist already are only read, because later rows depend on them; so an interrupted plan
 * continues. Answers `undefined` if `goOn` stopped it.
 *
 * @throws OperatorError READ_INCOMPLETE, STORAGE_UNAVAILABLE, LEASE_LOST (disposition `retry`);
 * BATCH_DAMAGED (`retry`) if input or shards are; PERMISSION_MISSING (`refuse`).
 */
export async function planBatch(job: PlanJob): Promise<PlannedBatch | undefined> {
  const { folder } = job;
  const traces = createRowTraces();
  const totals = createTotals(job.membersPerWrite);
  for await (const { compiled, planned, write } of ahead(decided(job, traces), () =>
    job.hasTime() ? 1 : 0,
  )) {
    const digest = typeof write === "string" ? write : await write();
    for (const [at, row] of planned.entries()) totals.add(compiled[at]!, row);
    totals.addShard(digest);
    if (digest !== write && !(await job.goOn(totals.value()))) return undefined;
  }
  if (totals.value().rows !== job.rows) {
    throw batchDamaged(
      inputBlob(folder),
      `has ${totals.value().rows} rows where ${job.rows} were checked`,
    );
  }
  return {
    ...totals.value(),
    charge: totals.charge(),
    seats: traces.seats.value(),
    protectedRows: totals.protectedRows(),
  };
}

/** A shard of the input, and what its rows name: not looked up if the shard was planned before. */
interface LookedUpShard {
  readonly shard: number;
  readonly rows: readonly InputRow[];
  readonly compiled: readonly RowToPlan[];
  readonly lookedUp: ReturnType<Directory["lookUp"]> | undefined;
  /** When the look-up began, ISO 8601. */
  readonly lookedAt: string;
}

/** A shard whose rows are decided. */
interface DecidedShard {
  readonly compiled: readonly RowToPlan[];
  readonly planned: readonly PlannedRow[];
  /** Writes the shard and answers its digest; the digest, if it was written before. */
  readonly write: string | (() => Promise<string>);
}

/** Starts to look up what each shard names. */
async function* lookedUp(job: PlanJob): AsyncGenerator<LookedUpShard> {
  const directory = createDirectory(job.graph);
  const written = job.isNew ? 0 : await countShards(job.batches, job.folder);
  let shard = 0;
  for await (const rows of rowsToPlan(job)) {
    shard += 1;
    const compiled = rows.map((row) => toPlan(compileRow(row, job.rules)));
    const isWritten = shard <= written;
    const lookedAt = new Date(job.clock.now()).toISOString();
    const found = isWritten ? undefined : directory.lookUp(compiled.flatMap(lookupsOf));
    yield { shard, rows, compiled, lookedUp: found && thrownLater(found), lookedAt };
  }
}

/** Decides the rows of each shard, in order, and starts to look for the edges that exist. */
async function* decided(job: PlanJob, traces: RowTraces): AsyncGenerator<DecidedShard> {
  const isSmall = job.rows <= (ALL_OF_SMALL + 1) * ROWS_PER_SHARD;
  const most = isSmall ? ALL_OF_SMALL : LOOK_UPS_AHEAD;
  const shards = ahead(lookedUp(job), () => (job.hasTime() ? most : 0));
  const parts = createPartOrder();
  const lists = createWholeLists(job.graph, job.clock);
  for await (const { shard, rows: inputs, compiled, lookedUp: found, lookedAt } of shards) {
    if (!found) {
      const { rows: planned, sha256 } = await readShardBlob(job.batches, job.folder, shard);
      for (const [at, row] of planned.entries()) {
        replayRow(compiled[at]!, row, traces);
        parts.replay(row);
      }
      yield { compiled, planned, write: sha256 };
      continue;
    }
    const directory = await found.catch(async (error: unknown) => {
      throw await withAllLacking(error, compiled, job.rolesNow);
    });
    const planned = compiled.map((row, at) =>
      marked(
        parts.plan(inputs[at]!, row.name, () => planRow(row, directory, traces, job.keepsOpen)),
        row,
        job.protect,
      ),
    );
    // What is there now says nothing of what the runner will find after other batches.
    const hinted = job.keepsOpen
      ? Promise.resolve(planned)
      : withHints(planned, compiled, lists, traces);
    void thrownLater(hinted);
    const write = async (): Promise<string> => {
      const rows = await hinted;
      const values = rows.flatMap(
        (row, at) => valuesOf(compiled[at]!, row, directory, job.mayChange) ?? [],
      );
      return writeShard(job, shard, rows, { lookedAt, rows: values });
    };
    yield { compiled, planned, write };
  }
}

/** The row, with the reason if it would change a protected object. */
function marked(row: PlannedRow, of: RowToPlan, protect: PlanJob["protect"]): PlannedRow {
  const why = row.write && protect(row.write);
  if (row.write === undefined || why === undefined) return row;
  if ("operation" in of && of.operation.sparesProtected) {
    return finalRow(of, { verdict: "failed", ...isProtectedWhy(of.name, why) });
  }
  return { ...row, write: { ...row.write, protected: why } };
}

/** A promise whose error is seen when its turn comes. */
function thrownLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const lookupsOf = (row: RowToPlan): Lookup[] =>
  "invalid" in row ? [] : Object.values(row.lookups);

/**
 * Writes a shard and, before it, what was read of its rows. If the shard exists, another delivery has
 * superseded this one and continues with the batch.
 */
async function writeShard(
  { batches, folder }: PlanJob,
  shard: number,
  rows: readonly PlannedRow[],
  values: Parameters<typeof writeBefore>[3],
): Promise<string> {
  if (values.rows.length > 0) await writeBefore(batches, folder, shard, values);
  const blob = Buffer.from(shardText(rows));
  const written = await batches.write(shardBlob(folder, shard), blob, { ifAbsent: true });
  if (written !== undefined) return shardDigest(blob);
  throw leaseLost("Another delivery of the message plans this batch.");
}
