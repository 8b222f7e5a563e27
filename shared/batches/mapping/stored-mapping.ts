import { batchDamaged } from "../../records/damaged.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { mappingBlob } from "../../records/paths.ts";
import type { Blobs } from "../../storage/types.ts";
import { createMapper, type Mapper } from "./mapper.ts";
import { mappingText, readMapping } from "./mapping.ts";

/**
 * Keeps the mapping of a batch beside its input. It is called before the batch has its name, so that there is
 * no batch without its mapping; what an earlier attempt left is replaced.
 */
export async function keepMapping(
  batches: Blobs,
  folder: string,
  mapper: Mapper | undefined,
  isEmpty: boolean,
): Promise<void> {
  const path = mappingBlob(folder);
  if (mapper) await batches.write(path, `${mappingText(mapper.mapping)}\n`);
  else if (!isEmpty) await batches.delete(path);
}

/** The mapping of a batch, if it has one. @throws OperatorError BATCH_DAMAGED if it is missing or unreadable */
export async function storedMapper(
  batches: Blobs,
  folder: string,
  { mapping }: Pick<BatchManifest, "mapping">,
  kept: readonly string[],
): Promise<Mapper | undefined> {
  if (mapping === undefined) return undefined;
  const path = mappingBlob(folder);
  const stored = await batches.read(path);
  if (stored === undefined) throw batchDamaged(path, "is missing");
  try {
    return createMapper(readMapping(stored.bytes.toString("utf8"), path), mapping.path, kept);
  } catch (cause) {
    throw batchDamaged(path, "is damaged", { cause });
  }
}
