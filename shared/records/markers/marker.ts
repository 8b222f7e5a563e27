import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import type { Blobs } from "../../storage/types.ts";
import { batchDamaged } from "../damaged.ts";
import { type BatchManifest, priorities } from "../manifest.ts";
import { markersPrefix } from "../paths.ts";
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

/** Tells the tenant's runner of a batch with work. */
export async function announceWork(
  runner: Blobs,
  manifest: BatchManifest,
  folder: string,
  releasedAt?: string,
): Promise<void> {
  await runner.write(workMarker(manifest, releasedAt), JSON.stringify({ folder }));
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

/** The names of the tenant's batches that have a marker. */
export async function batchesWithMarkers(blobs: Blobs, tenant: string): Promise<Set<string>> {
  const batches = new Set<string>();
  for await (const { path } of blobs.list(markersPrefix(tenant))) {
    const batch = /^\d-\d{4}-\d\d-\d\dT[\d:.]+Z-(.+)$/.exec(
      path.slice(markersPrefix(tenant).length),
    )?.[1];
    if (batch !== undefined) batches.add(batch);
  }
  return batches;
}

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
  try {
    const { folder, isSummons } = recordOf(parseJson(bytes.toString("utf8")));
    return {
      folder: typeof folder === "string" ? folder : "",
      ...(isSummons === true && { isSummons }),
    };
  } catch {
    return { folder: "" };
  }
}

/** Whether any batch of the tenant has work. */
export async function hasWork(blobs: Blobs, tenant: string): Promise<boolean> {
  for await (const _ of blobs.list(markersPrefix(tenant))) return true;
  return false;
}
