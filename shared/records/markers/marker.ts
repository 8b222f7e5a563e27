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
}

/** @throws OperatorError BATCH_DAMAGED if the marker names no batch */
export function checkMarker({ path, folder }: Marker): void {
  if (folder !== "") return;
  throw batchDamaged(path, "is damaged (container runner)", {
    fix: 'Upload it again with the text {"folder": "<the batch\'s folder>"}: the batch then continues. Its path ends in the batch\'s name.',
  });
}

/** The blob in container `runner` that announces a batch with work; markers sort in the order of work. */
export const workMarker = (manifest: BatchManifest): string =>
  `${markersPrefix(manifest.tenant)}${priorities.indexOf(manifest.priority)}-${acceptanceOf(manifest)}`;

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
  return found && { path, name, folder: folderIn(found.bytes) };
}

/** A damaged marker names no folder. */
function folderIn(bytes: Buffer): string {
  try {
    const { folder } = recordOf(parseJson(bytes.toString("utf8")));
    return typeof folder === "string" ? folder : "";
  } catch {
    return "";
  }
}

/** Whether any batch of the tenant has work. */
export async function hasWork(blobs: Blobs, tenant: string): Promise<boolean> {
  for await (const _ of blobs.list(markersPrefix(tenant))) return true;
  return false;
}
