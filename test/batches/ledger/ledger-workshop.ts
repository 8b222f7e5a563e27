import { capsOf } from "../../../shared/app/caps.ts";
import { settingFacts, type Settings } from "../../../shared/app/settings.ts";
import type { Receipt } from "../../../shared/catalogue/row.ts";
import { systemClock } from "../../../shared/core/clock.ts";
import type { Caps } from "../../../shared/guards/caps.ts";
import type { Ledger } from "../../../shared/records/ledger/ledger.ts";
import type { GuardFinding } from "../../../shared/records/plan.ts";
import { home, openWorkshop, settings, shardRows, type Workshop } from "../workshop.ts";

/** Milliseconds. */
export const HOUR = 3_600_000;

/** A workshop whose clock is set by hand, with so many users. */
export function begin(caps: Caps, users = 1_000) {
  // Long ago: a delivery's time is measured by the machine's clock.
  let nowMs = Date.parse("2020-11-20T08:00:00Z");
  const clock = { ...systemClock, now: () => nowMs };
  const workshop = openWorkshop({ settings: { ...settings, capsFor: () => caps }, clock });
  for (let at = 0; at < users; at++) workshop.directory.addUser(`u${at}@contoso.com`);
  return { ...workshop, wait: (ms: number) => void (nowMs += ms), now: () => nowMs };
}

/** What `begin` opens. */
export type Begun = ReturnType<typeof begin>;

/** The limits of an application whose settings name none. */
export const defaults = capsOf(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of all settings only the guards' are read
  Object.fromEntries(
    settingFacts().map(({ name, fallback }) => [name, Number(fallback)]),
  ) as unknown as Settings,
);

/** So many rows about the users from this number on. */
export const some = (
  from: number,
  count: number,
  row: (user: string, at: number) => object,
): object[] => Array.from({ length: count }, (_, at) => row(`u${from + at}@contoso.com`, at));

/** Rows that delete so many users. */
export const deletes = (from: number, count: number): object[] =>
  some(from, count, (user) => ({ operation: "user.delete", user }));

/** Accepts a batch of these rows. */
export async function send(begun: Begun, batch: string, rows: readonly object[], mode = "apply") {
  await begun.deliver({ version: 1, batch, mode, rows });
}

/** The home tenant's ledger. */
export const ledgerOf = ({ blobs }: Workshop): Ledger =>
  blobs.runner.json(`${home}/ledger.json`) as unknown as Ledger;

/** The status.json of a batch. */
export const statusOf = ({ blobs }: Workshop, batch: string): Record<string, unknown> =>
  blobs.batches.json(`${batch}/status.json`);

/** What the guards found when the batch was planned, by their names. */
export const findingsOf = ({ blobs }: Workshop, batch: string): Map<string, GuardFinding> => {
  const { guards } = blobs.batches.json(`${batch}/plan.json`) as { guards: GuardFinding[] };
  return new Map(guards.map((each) => [each.guard, each]));
};

/** What the runner does with a batch: it asks, writes every row now, and finishes. Answers whether it ran. */
export async function run(
  begun: Begun,
  batch: string,
  receipt: Partial<Receipt> = {},
): Promise<boolean> {
  if ((await begun.batches.admit(batch)).kind !== "run") return false;
  await finish(begun, batch, receipt);
  await dropMarker(begun, batch);
  return true;
}

/** Gives every row to be written this receipt now, and finishes the batch. */
export async function finish(
  begun: Begun,
  batch: string,
  receipt: Partial<Receipt> = {},
): Promise<void> {
  const finishedAt = new Date(begun.now()).toISOString();
  await begun.batches.finishBatch(batch, async (shard) => {
    const rows = shardRows(begun.blobs.batches, batch, shard).filter(({ write }) => write);
    const done = { verdict: "done", status: 204, attempts: 1, finishedAt, ...receipt } as Receipt;
    return new Map(rows.map(({ row }) => [row, done]));
  });
}

/** Deletes the marker of a batch. */
export async function dropMarker({ blobs }: Begun, batch: string): Promise<void> {
  for (const path of blobs.runner.blobs.keys()) {
    if (path.includes("/queue/") && path.endsWith(`Z-${batch}`)) await blobs.runner.delete(path);
  }
}

/** What `decide` leaves when somebody approves the plan of a batch. */
export async function approve({ blobs }: Begun, batch: string, digest?: string): Promise<void> {
  const plan = blobs.batches.json(`${batch}/plan.json`);
  const by = [{ kind: "queue" }];
  const approved = [{ digest: digest ?? plan["digest"], at: "2026-11-20T08:00:00Z", by }];
  const control = { version: 1, standing: "open", approved, decisions: [] };
  await blobs.batches.write(`${batch}/control.json`, JSON.stringify(control));
}
