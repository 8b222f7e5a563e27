import { recordIn } from "../../core/parse-json.ts";
import type { Blobs } from "../../storage/types.ts";
import { batchDamaged } from "../damaged.ts";
import { readTenantControl } from "../decisions/control.ts";
import { type BatchManifest, priorities } from "../manifest.ts";
import { laterPrefix, markersPrefix } from "../paths.ts";
import { acceptanceOf } from "./planning-marker.ts";

/** A batch with work, as its marker in container `runner` describes it. */
export interface Marker {
  /** Its path; markers sort as work: by priority, then by age. */
  readonly path: string;
  /** Its path without the tenant and the queue. */
  readonly name: string;
  /** The batch's folder; empty if the marker is damaged: `checkMarker` refuses such a one. */
  readonly folder: string;
  /** It only calls the runner to a batch that was cancelled or paused, and is no work by itself. */
  readonly isSummons?: boolean | undefined;
}

/** @throws OperatorError BATCH_DAMAGED if the marker names no batch */
export function checkMarker({ path, folder }: Marker): void {
  if (folder !== "") return;
  throw batchDamaged(path, "is damaged (container runner)", {
    fix: 'Upload it again with the text {"folder": "<the batch\'s folder>"}: the batch then continues. Its path ends in the batch\'s name.',
  });
}

/**
 * The blob in container `runner` that announces a batch with work; markers sort in the order of work. A
 * batch that was released later has `releasedAt` in place of the instant at which it was accepted.
 */
export const workMarker = (
  manifest: BatchManifest,
  releasedAt: string = manifest.acceptedAt,
): string =>
  `${markersPrefix(manifest.tenant)}${priorities.indexOf(manifest.priority)}-${acceptanceOf({ ...manifest, acceptedAt: releasedAt })}`;

/** A batch with work, of which the tenant's runner is to be told. */
interface Work {
  readonly manifest: BatchManifest;
  readonly folder: string;
  /** When it was released, if not when it was accepted. */
  readonly releasedAt?: string | undefined;
  readonly nowMs: number;
}

/**
 * Tells the tenant's runner of a batch with work; answers the instant at which it is told if the batch's
 * window has not begun. `bringDue` tells it then.
 */
export async function announceWork(
  runner: Blobs,
  { manifest, folder, releasedAt, nowMs }: Work,
): Promise<string | undefined> {
  const { notBefore, tenant, batch } = manifest;
  const text = JSON.stringify({ folder });
  if (notBefore === undefined || Date.parse(notBefore) <= nowMs) {
    await runner.write(workMarker(manifest, releasedAt), text);
    return undefined;
  }
  const at = new Date(notBefore).toISOString();
  const marker = workMarker(manifest, at);
  await runner.write(`${laterPrefix(tenant)}${at}-${batch}`, JSON.stringify({ folder, marker }));
  return at;
}

/** Tells the runner of every batch of the tenant whose window has begun; answers whether there was one. */
export async function bringDue(runner: Blobs, tenant: string, nowMs: number): Promise<boolean> {
  const now = new Date(nowMs).toISOString();
  let isAny = false;
  for await (const { path } of runner.list(laterPrefix(tenant))) {
    if (path.slice(laterPrefix(tenant).length) > now) break;
    const found = await runner.read(path);
    // Of a batch whose note is damaged the sweep finds that nobody was told.
    const { folder, marker } = recordIn(found?.bytes.toString("utf8") ?? "");
    if (typeof marker === "string") await runner.write(marker, JSON.stringify({ folder }));
    await runner.delete(path);
    isAny = true;
  }
  return isAny;
}

/**
 * Calls the tenant's runner to a batch that was cancelled or paused, before any work: the batch may wait
 * for its turn, or have no work marker any more.
 */
export async function summonRunner(
  runner: Blobs,
  manifest: BatchManifest,
  folder: string,
  at: string,
): Promise<void> {
  const path = workMarker({ ...manifest, priority: "urgent" }, at);
  await runner.write(path, JSON.stringify({ folder, isSummons: true }));
}

/** The names of the tenant's batches that have a marker, or wait for their window. */
export async function batchesWithMarkers(blobs: Blobs, tenant: string): Promise<Set<string>> {
  const batches = new Set<string>();
  for (const prefix of [markersPrefix(tenant), laterPrefix(tenant)]) {
    for await (const { path } of blobs.list(prefix)) {
      const batch = NAME.exec(path.slice(prefix.length))?.[1];
      if (batch !== undefined) batches.add(batch);
    }
  }
  return batches;
}

/** The name of a marker: the priority unless it waits, the instant, the batch. */
const NAME = /^(?:\d-)?\d{4}-\d\d-\d\dT[\d:.]+Z-(.+)$/;

/**
 * The tenant's first `most` markers in order of work, and those between them that do not count; those
 * of `known` are not read again.
 */
export async function readMarkers(
  blobs: Blobs,
  tenant: string,
  options: {
    readonly most: number;
    readonly known: ReadonlyMap<string, Marker>;
    readonly counts: (path: string) => boolean;
  },
): Promise<Marker[]> {
  const markers: Marker[] = [];
  let counted = 0;
  for await (const { path } of blobs.list(markersPrefix(tenant))) {
    const name = path.slice(markersPrefix(tenant).length);
    const marker = options.known.get(path) ?? (await readMarker(blobs, tenant, name));
    if (marker) markers.push(marker);
    if (marker && options.counts(path)) counted += 1;
    if (counted >= options.most) break;
  }
  return markers;
}

/** The part of a marker's name that sorts batches in order of acceptance, as `acceptanceOf`. */
export const acceptanceIn = (name: string): string => name.slice(name.indexOf("-") + 1);

/** The tenant's markers of less urgent priorities than that of the path, except those of `known`. */
export async function readMarkersBehind(
  blobs: Blobs,
  tenant: string,
  path: string,
  known: ReadonlySet<string>,
): Promise<Marker[]> {
  const markers: Marker[] = [];
  const own = Number(path.charAt(markersPrefix(tenant).length));
  for (let priority = own + 1; priority < priorities.length; priority++) {
    for await (const behind of blobs.list(`${markersPrefix(tenant)}${priority}-`)) {
      if (known.has(behind.path)) continue;
      const marker = await readMarker(
        blobs,
        tenant,
        behind.path.slice(markersPrefix(tenant).length),
      );
      if (marker) markers.push(marker);
    }
  }
  return markers;
}

/** One marker by its name; `undefined` if it is gone because its batch is finished. */
export async function readMarker(
  blobs: Blobs,
  tenant: string,
  name: string,
): Promise<Marker | undefined> {
  const path = `${markersPrefix(tenant)}${name}`;
  const found = await blobs.read(path);
  return found && { path, name, ...contentOf(found.bytes) };
}

/** A damaged marker names no folder. */
function contentOf(bytes: Buffer): Pick<Marker, "folder" | "isSummons"> {
  const { folder, isSummons } = recordIn(bytes.toString("utf8"));
  return {
    folder: typeof folder === "string" ? folder : "",
    ...(isSummons === true && { isSummons }),
  };
}

/** Whether any batch of the tenant has work that may be done now: the tenant is not paused. */
export const hasDueWork = async (blobs: Blobs, tenant: string): Promise<boolean> =>
  (await hasWork(blobs, tenant)) && (await readTenantControl(blobs, tenant)).standing !== "paused";

/** Whether any batch of the tenant has work. */
export async function hasWork(blobs: Blobs, tenant: string): Promise<boolean> {
  for await (const _ of blobs.list(markersPrefix(tenant))) return true;
  return false;
}
