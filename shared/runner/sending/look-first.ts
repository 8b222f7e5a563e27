import { lookingAlso } from "../../catalogue/only-if.ts";
import { isPending } from "../../catalogue/row.ts";
import type { GraphRead } from "../../core/graph-request.ts";
import { writeBefore } from "../../records/approval/before.ts";
import { unsent } from "../../records/history/row-history.ts";
import type { RowReceipt } from "../../records/receipt.ts";
import { heldBehind } from "../batch/dependants.ts";
import type { OpenBatch, OpenShard } from "../batch/open-batch.ts";
import { historyOf } from "../batch/shard.ts";
import { type Site, isoNow } from "../batch/site.ts";
import { isLookedAt } from "../journal/expected.ts";
import { rowReceipt } from "../journal/outcomes.ts";
import { MEMBERS_AT_MOST } from "../schedule/pack.ts";
import { type FirstLook, firstLook } from "./first-look.ts";
import { type Seen, askedMs, readAll, readFor } from "./look.ts";
import { type Placed, operationOf, waitFor } from "./part-outcome.ts";
import { isLookedAtAsSharer, lookAtSharers } from "./sharers.ts";

/** Looks asked for at a time; Graph's client packs them in posts of 20. */
const LOOKS_AT_ONCE = 100;
/** The same of groups whose rows are looked at together, 20 at a time: two reads each. */
const GROUPS_AT_ONCE = 10;
/** Rows are looked at so long before their turn, seconds; more of them would only grow old again. */
const LOOK_AHEAD_SECONDS = 10;

/** What was looked at stays fresh so long whatever the setting says: the row's turn must come meanwhile. */
const FRESH_AT_LEAST_MS = 60_000;

/** Takes the rows that are to be looked at before they are sent and whose turn is near, some at a time. */
export function takeToLookAt(site: Site, lanes: Iterable<OpenBatch>): Placed[] {
  const all = [...lanes];
  const { quotaPerSecond, membersPerWrite } = site.settings;
  const rowsPerWrite = all.some(({ looksAtSharers }) => looksAtSharers) ? membersPerWrite : 1;
  const ahead = Math.max(LOOKS_AT_ONCE, LOOK_AHEAD_SECONDS * quotaPerSecond * rowsPerWrite);
  const due = site.schedule
    .toLookAt({ lanes: all, nowMs: site.clock.monotonic(), ahead })
    .filter((row) => mayBeLookedAt(site, row));
  const rows = someOf(site, due);
  site.schedule.take(rows, "looking");
  return rows.map((row) => ({ row, shard: row.lane.shardOf(row.row) }));
}

/**
 * An earlier batch that is still being planned may undo what is in place. If its plan takes long, the row is sent
 * after all: rows that only wait would fill the room of all others.
 */
function mayBeLookedAt({ clock, settings }: Site, { lane, write }: Placed["row"]): boolean {
  const { mayUndoSinceMs = -Infinity } = lane;
  const isLong = clock.monotonic() - mayUndoSinceMs > settings.awaitPlansMs;
  return !write.foundInPlace || isLong;
}

/** The first rows, and of some groups those that share requests. */
function someOf(site: Site, due: readonly Placed["row"][]): Placed["row"][] {
  const groups = new Map<string, number>();
  let others = 0;
  return due.filter((row) => {
    const { group = "" } = row.write;
    if (!isLookedAtAsSharer(site, row)) return ++others <= LOOKS_AT_ONCE;
    const count = groups.get(group) ?? 0;
    if (count === MEMBERS_AT_MOST || (count === 0 && groups.size === GROUPS_AT_ONCE)) return false;
    groups.set(group, count + 1);
    return true;
  });
}

/** Whether a row comes after one that was held. */
export const rowHeldBefore = ({ lane, write }: Placed["row"]): number | undefined =>
  write.after?.find((row) => lane.isHeld(row)) ??
  (write.behind === undefined ? undefined : lane.heldUpTo(write.behind));

/**
 * Looks at what rows would change, now that every earlier row on their objects has ended, and lets them be
 * sent, or ends them unchanged or held (`firstLook`). What is there now is noted before any row is sent.
 *
 * @throws OperatorError what ends the slice: LEASE_LOST, STORAGE_UNAVAILABLE, a token's error.
 */
export async function lookFirst(site: Site, parts: readonly Placed[]): Promise<void> {
  const isSharer = ({ row }: Placed): boolean =>
    rowHeldBefore(row) === undefined && isLookedAtAsSharer(site, row);
  const sharers = parts.filter(isSharer);
  const others = parts.filter((part) => !sharers.includes(part));
  await Promise.all([
    sharers.length > 0 && lookAtSharers(site, sharers, freshFrom(site, site.clock.monotonic())),
    others.length > 0 && lookAtEach(site, others),
  ]);
}

/** Until when rows count as looked at, on the monotonic clock. */
const freshFrom = ({ settings }: Site, lookedMs: number): number =>
  lookedMs + Math.max(FRESH_AT_LEAST_MS, settings.planFreshMs);

async function lookAtEach(site: Site, parts: readonly Placed[]): Promise<void> {
  const lookedMs = site.clock.monotonic();
  const lookedAt = isoNow(site);
  const answers = await readAll(
    site,
    parts.map((part) => readBefore(site, part)),
  );
  const looks = parts.map((part, at) => ({
    part,
    answer: answers[at],
    ...judged(site, part, answers[at]),
  }));
  await Promise.all(
    [...new Set(parts.map(({ shard }) => shard))].map(async (shard) => {
      const mine = looks.filter(({ part }) => part.shard === shard);
      await note(site, shard, mine, lookedAt);
      for (const { part, look, answer } of mine) {
        if (look.kind === "again") lookAgain(site, part, answer);
        if (look.kind === "send") letGo(site, part, lookedMs);
      }
      site.wake();
      const rows = mine.flatMap(({ ended }) => ended ?? []);
      const [first] = mine;
      if (first === undefined || rows.length === 0) return;
      await first.part.row.lane.record(shard, { t: "settled", at: isoNow(site), rows });
    }),
  );
}

/** A look at one row. */
interface Looked {
  readonly part: Placed;
  readonly answer: Seen;
  readonly look: FirstLook;
  /** The receipt of a row that ends with it. */
  readonly ended?: RowReceipt | undefined;
}

/** A row behind a held one is held whatever is there. */
const readBefore = (site: Site, part: Placed): GraphRead | undefined =>
  rowHeldBefore(part.row) === undefined ? wholeLook(site, part) : undefined;

function wholeLook(site: Site, part: Placed): GraphRead | undefined {
  const read = readFor(site, part);
  const { write } = part.row;
  const operation = operationOf(site, part.row);
  return read && operation && !isPending(write) ? lookingAlso(operation, read, write) : read;
}

function judged(site: Site, { row, shard }: Placed, answer: Seen): Pick<Looked, "look" | "ended"> {
  const held = rowHeldBefore(row);
  if (held !== undefined) {
    const ended = heldBehind(row.row, held, isoNow(site));
    return { look: { kind: "ended", receipt: ended.receipt }, ended };
  }
  const look = firstLook(
    {
      row,
      operation: operationOf(site, row),
      expected: shard.expected?.get(row.row),
      mayBeUndone: row.write.foundInPlace !== undefined && row.lane.mayUndoSinceMs !== undefined,
    },
    answer,
  );
  if (look.kind !== "ended") return { look };
  const history = shard.journal.rows.get(row.row) ?? unsent;
  return { look, ended: rowReceipt({ row: row.row, history }, isoNow(site), look.receipt) };
}

/** Notes what is there now of rows for which it was not known, or is not what was planned. */
async function note(
  site: Site,
  shard: OpenShard,
  looks: readonly Looked[],
  lookedAt: string,
): Promise<void> {
  const [first] = looks;
  const rows = looks.flatMap(({ look }) => (look.kind === "again" ? [] : (look.values ?? [])));
  if (first === undefined || rows.length === 0) return;
  const { lane } = first.part.row;
  const look = shard.journal.before.filter((file) => file.look !== undefined).length + 1;
  const { folder } = lane.marker;
  const file = await writeBefore(site.blobs.batches, folder, shard.shard, { lookedAt, rows, look });
  await lane.record(shard, { t: "before", at: isoNow(site), ...file });
  for (const { row, before, name } of rows) {
    shard.expected?.set(row, { before, name, lookedAt, finds: "same", isNoted: true });
  }
}

/** Lets a row be sent. What was sent once and is in doubt is not looked at again. */
function letGo(site: Site, { row, shard }: Placed, lookedMs: number): void {
  const { foundInPlace, ...write } = row.write;
  const operation = operationOf(site, row);
  const isCompared =
    (shard.expected !== undefined || write.onlyIf !== undefined) &&
    operation !== undefined &&
    (write.onlyIf !== undefined || isLookedAt(operation, write)) &&
    !historyOf(shard, row.row).doubted;
  const freshUntilMs = isCompared ? freshFrom(site, lookedMs) : Infinity;
  site.schedule.place(row, { state: "waiting", notBeforeMs: 0, freshUntilMs });
  if (foundInPlace) site.schedule.complete(row, write);
}

function lookAgain(site: Site, { row }: Placed, answer: Seen): void {
  const looks = row.looks + 1;
  const waitMs = Math.max(askedMs(answer), waitFor(site, looks));
  const notBeforeMs = site.clock.monotonic() + waitMs;
  site.schedule.place(row, { state: "waiting", notBeforeMs, looks });
}
