import { recordIn } from "../../core/parse-json.ts";
import type { Blobs } from "../../storage/types.ts";
import type { BatchManifest } from "../manifest.ts";
import { planningPrefix } from "../paths.ts";

/** A marker of a batch that was accepted and is not planned; an older one is of a batch that was given up. */
const LASTS_MS = 60 * 60_000;

/** Sorts batches in order of acceptance; the names of work markers end with it. */
export const acceptanceOf = ({
  acceptedAt,
  batch,
}: Pick<BatchManifest, "acceptedAt" | "batch">): string => `${acceptedAt}-${batch}`;

/** The blob, in container `runner`, that tells of a batch that may write and is being planned. */
export const planningMarker = (manifest: BatchManifest): string =>
  `${planningPrefix(manifest.tenant)}${acceptanceOf(manifest)}`;

/**
 * What the marker of a batch says that cannot be planned before earlier work has ended: rows of later batches about
 * these objects wait for its plan.
 */
export interface Awaiting {
  readonly ids: readonly string[];
  /** Objects for which it does not wait any longer, but of which its plan is not made either. */
  readonly known?: readonly string[] | undefined;
  /** When the work was first seen to have ended; Graph may show it everywhere only a while later. */
  readonly endedAt?: string | undefined;
  /** Nobody waits for it longer, unless it says so again. */
  readonly until: string;
}

/** A marker names so many objects at most; rows of later batches about others do not wait. */
export const MOST_AWAITED = 10_000;

/** Says in the marker of a batch for what it waits. */
export const sayAwaiting = (
  runner: Blobs,
  manifest: BatchManifest,
  { ids, known = [], ...more }: Awaiting,
): Promise<unknown> => {
  const own = new Set(ids);
  const all = [...new Set([...own, ...known])].slice(0, MOST_AWAITED);
  const awaiting: Awaiting = {
    ...more,
    ids: all.slice(0, own.size),
    known: all.slice(own.size),
  };
  return runner.write(planningMarker(manifest), JSON.stringify(awaiting));
};

/** For what a batch waited last, if it did. */
export const readAwaiting = (
  runner: Blobs,
  manifest: BatchManifest,
): Promise<Awaiting | undefined> => awaitingIn(runner, planningMarker(manifest));

async function awaitingIn(runner: Blobs, path: string): Promise<Awaiting | undefined> {
  const found = await runner.read(path);
  // A marker that cannot be read says that its batch is planned, and no more.
  const { ids, known, endedAt, until } = recordIn(found?.bytes.toString("utf8") ?? "");
  if (!Array.isArray(ids) || typeof until !== "string") return undefined;
  return {
    ids: ids.map(String),
    known: Array.isArray(known) ? known.map(String) : [],
    until,
    ...(typeof endedAt === "string" && { endedAt }),
  };
}

/** A batch that is being planned, as its marker tells. */
export interface Planning {
  /** Its `acceptanceOf`. */
  readonly name: string;
  readonly etag: string;
  readonly awaiting: Awaiting | undefined;
}

/** The batches that are being planned, in order of acceptance. What of `known` did not change is not read again. */
export async function readPlanning(
  runner: Blobs,
  tenant: string,
  known: readonly Planning[] = [],
): Promise<Planning[]> {
  const found: Planning[] = [];
  const before = new Map(known.map((each) => [each.name, each]));
  for await (const { path, bytes, etag } of runner.list(planningPrefix(tenant))) {
    const name = path.slice(planningPrefix(tenant).length);
    const same = before.get(name);
    const awaiting = bytes === 0 ? undefined : () => awaitingIn(runner, path);
    found.push(same?.etag === etag ? same : { name, etag, awaiting: await awaiting?.() });
  }
  return found;
}

/** Those that wait for earlier work. */
export function waitingNow(planning: readonly Planning[], nowMs: number): Planning[] {
  const now = new Date(nowMs).toISOString();
  return planning.filter(({ awaiting }) => awaiting !== undefined && awaiting.until > now);
}

/** The objects about which rows of later batches wait for the plans of these, with the name of such a batch. */
export function awaitedBy(waiting: readonly Planning[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const { name, awaiting } of waiting)
    for (const id of [...(awaiting?.ids ?? []), ...(awaiting?.known ?? [])])
      all.set(id.toLowerCase(), batchIn(name));
  return all;
}

/** Those that were accepted before a batch, and were not given up. */
export function plannedBefore<T extends Pick<Planning, "name">>(
  planning: readonly T[],
  accepted: string,
  nowMs: number,
): T[] {
  const oldest = new Date(nowMs - LASTS_MS).toISOString();
  return planning.filter(({ name }) => name >= oldest && name < accepted);
}

/** The batches, by `acceptanceOf`, that were accepted before this one and are still being planned. */
export async function readPlannedBefore(
  runner: Blobs,
  tenant: string,
  accepted: string,
  nowMs: number,
): Promise<string[]> {
  const all: { readonly name: string }[] = [];
  for await (const { path } of runner.list(planningPrefix(tenant)))
    all.push({ name: path.slice(planningPrefix(tenant).length) });
  return plannedBefore(all, accepted, nowMs).map(({ name }) => name);
}

/** The name of the batch in its `acceptanceOf`. */
export const batchIn = (accepted: string): string => accepted.slice(accepted.indexOf("Z-") + 2);

/** Whether a batch of the tenant that may write is being planned. */
export const isPlanning = async (runner: Blobs, tenant: string, nowMs: number): Promise<boolean> =>
  (await readPlannedBefore(runner, tenant, LAST, nowMs)).length > 0;

/** Sorts behind every `acceptanceOf`. */
const LAST = "~";
