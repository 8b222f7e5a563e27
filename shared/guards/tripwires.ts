import { nearest } from "../core/nearest.ts";
import type { BatchManifest } from "../records/manifest.ts";
import type { GuardFinding, PlannedCharge } from "../records/plan.ts";
import type { LatestInput, SourceProfile } from "../records/sources/source-profile.ts";
import { fileSource, sourceOf } from "./source.ts";

/** When a batch differs too much from earlier ones of its source. */
export interface TripwireSettings {
  readonly isOn: boolean;
  /** Smaller inputs are not compared: shares of a few rows mean nothing. */
  readonly fromRows: number;
  /** A column that has lost so much of its values counts as emptied, percent. */
  readonly blankPercent: number;
  /** So much more than ever before is no surprise, percent. */
  readonly growthPercent: number;
  /** Sources whose every file is whole: fewer rows then mean that rows are missing. */
  readonly fullSources: readonly string[];
  /** So many fewer rows than the last file of a full source are no surprise, percent. */
  readonly missingPercent: number;
}

/** The batch that is compared. */
export type TripwireBatch = Pick<
  BatchManifest,
  "batch" | "source" | "submitter" | "columns" | "rows" | "profile" | "acceptedAt"
>;

/** Columns that had values in fewer rows than this share may lose them all. */
const SPARSE = 0.2;

/** One comparison: what was found, and how the finding is told. */
type Tripped = Pick<GuardFinding, "guard" | "kind" | "count" | "limit" | "setting"> & {
  /** Why it holds the batch, if it does. */
  readonly reason: string;
};

/**
 * Compares a batch with what is known of its source: the last input that was run, and the most deletes and
 * disables of any. A first batch of a source is compared with nothing; caps hold for it as for any.
 */
export function findTripwires(
  batch: TripwireBatch,
  { counts }: Pick<PlannedCharge, "counts">,
  profile: SourceProfile | undefined,
  settings: TripwireSettings,
): readonly GuardFinding[] {
  const source = sourceOf(batch);
  const { latest } = profile ?? {};
  const isLarge = batch.rows >= settings.fromRows;
  const last = isLarge ? latest : undefined;
  const growth = (kind: "deletes" | "disables"): Tripped => {
    const most = profile?.most[kind];
    const count = counts[kind] ?? 0;
    const limit =
      most === undefined || !isLarge
        ? count
        : most + Math.floor((most * settings.growthPercent) / 100);
    return {
      guard: `source-${kind}`,
      kind,
      count,
      limit,
      setting: "TRIPWIRE_GROWTH_PERCENT",
      reason: `the batch has ${inWords(count)} ${kind}, and no batch of ${source} that was run had more than ${inWords(most ?? 0)}`,
    };
  };
  const found = [
    gone(batch, last, source),
    emptied(batch, last, source, settings.blankPercent),
    growth("deletes"),
    growth("disables"),
    cutOff(batch, last, source),
    missing(batch, isFull(source, settings) ? latest : undefined, source, settings),
  ];
  return found.map(({ reason, ...each }) => {
    const held = settings.isOn && each.count > each.limit;
    const left = Math.max(0, each.limit - each.count);
    const finding = { ...each, scope: "source", left, held } as const;
    return held ? { ...finding, reason, fix: FIX } : finding;
  });
}

const FIX =
  "Look at whatever wrote the input: an export that lost a column or half of its rows looks like this. Correct it and send it again; if the input is right, approve the batch, and later ones are compared with it.";

/** Columns of the last input that this one does not have. */
function gone({ columns }: TripwireBatch, last: LatestInput | undefined, source: string): Tripped {
  const lost = last?.columns.filter((name) => !columns.includes(name)) ?? [];
  const fresh = columns.filter((name) => !last?.columns.includes(name));
  const told = lost.map((name) => {
    const renamed = nearest(name, fresh) ?? (fresh.length === 1 ? fresh[0] : undefined);
    return renamed === undefined ? name : `${name} (renamed to ${renamed}?)`;
  });
  return {
    guard: "source-columns",
    kind: "columns that are gone",
    count: lost.length,
    limit: 0,
    setting: "TRIPWIRES",
    reason: `${source} has no column ${told.join(", ")} any more, which it had in ${whichBatch(last)}`,
  };
}

/** The share of rows that have a value in a column. */
const filledShare = (of: Readonly<Record<string, number>>, name: string, rows: number): number =>
  (Object.hasOwn(of, name) ? (of[name] ?? 0) : 0) / rows;

/** Columns of which most rows with a value have none any more. */
function emptied(
  { rows, profile, columns }: TripwireBatch,
  last: LatestInput | undefined,
  source: string,
  percent: number,
): Tripped {
  const lost = columns.flatMap((name) => {
    if (last === undefined || profile === undefined) return [];
    const before = filledShare(last.filled, name, last.rows);
    const now = filledShare(profile.filled, name, rows);
    const isLost = before >= SPARSE && (before - now) * 100 >= before * percent;
    return isLost ? [`${name} (${inPercent(before)}, now ${inPercent(now)})`] : [];
  });
  return {
    guard: "source-blanks",
    kind: "columns that are newly blank",
    count: lost.length,
    limit: 0,
    setting: "TRIPWIRE_BLANK_PERCENT",
    reason: `${source} has mostly no values any more in ${lost.join(", ")}, as compared with ${whichBatch(last)}`,
  };
}

/** A file that ends in the middle of a line, although the last one did not. */
const cutOff = (
  { profile }: TripwireBatch,
  last: LatestInput | undefined,
  source: string,
): Tripped => ({
  guard: "source-ending",
  kind: "missing line breaks at the end",
  count: last?.endsInLineBreak === true && profile?.endsInLineBreak === false ? 1 : 0,
  limit: 0,
  setting: "TRIPWIRES",
  reason: `${source} does not end in a line break, and ${whichBatch(last)} did: the file may have been cut off in its last row`,
});

/** Rows that a full input has fewer than the last one. */
function missing(
  { rows }: TripwireBatch,
  last: LatestInput | undefined,
  source: string,
  { missingPercent }: TripwireSettings,
): Tripped {
  const before = last?.rows ?? rows;
  return {
    guard: "source-rows",
    kind: "missing rows",
    count: Math.max(0, before - rows),
    limit: Math.floor((before * missingPercent) / 100),
    setting: "FULL_SOURCE_MISSING_PERCENT",
    reason: `${source} is declared full (FULL_SOURCES) and has ${inWords(rows)} rows, and ${whichBatch(last)} had ${inWords(before)}`,
  };
}

/** Whether a batch is compared with others of its source, and they with it. */
export const isCompared = (batch: TripwireBatch, settings: SizeRules): boolean =>
  batch.rows >= settings.fromRows || isFull(sourceOf(batch), settings);

type SizeRules = Pick<TripwireSettings, "fromRows" | "fullSources">;

/** Whether every input of the source is whole; it may be declared by the name of one of its files. */
const isFull = (source: string, { fullSources }: Pick<TripwireSettings, "fullSources">): boolean =>
  fullSources.some((each) => fileSource(each) === source);

/**
 * What is known of a source once this batch of it was run. The order of the batches does not matter, and
 * the same batch twice changes nothing.
 */
export function withBatch(
  profile: SourceProfile | undefined,
  batch: TripwireBatch,
  { counts }: Pick<PlannedCharge, "counts">,
  settings: SizeRules,
): SourceProfile {
  const source = sourceOf(batch);
  const { columns, rows, acceptedAt } = batch;
  const compares = isCompared(batch, settings);
  const own: LatestInput | undefined =
    batch.profile && compares
      ? { batch: batch.batch, acceptedAt, rows, columns, ...batch.profile }
      : undefined;
  const before = profile?.latest;
  const isNewer =
    before === undefined || (own !== undefined && own.acceptedAt >= before.acceptedAt);
  const most = Object.fromEntries(
    (["deletes", "disables"] as const).map((kind) => [
      kind,
      Math.max(profile?.most[kind] ?? 0, counts[kind] ?? 0),
    ]),
  );
  const latest = isNewer ? (own ?? before) : before;
  return { version: 1, source, ...(latest && { latest }), most };
}

const whichBatch = (last: LatestInput | undefined): string =>
  last === undefined ? "the last one" : `batch ${last.batch} of ${last.acceptedAt.slice(0, 10)}`;

const inPercent = (share: number): string => `${Math.round(share * 100)} %`;

const inWords = (count: number): string => count.toLocaleString("en");
