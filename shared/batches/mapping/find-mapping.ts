import { didYouMean } from "../../core/nearest.ts";
import type { Blobs } from "../../storage/types.ts";
import { createMapper, type Mapper } from "./mapper.ts";
import { LONGEST_MAPPING, readMapping } from "./mapping.ts";
import { mappingInvalid } from "./refusal.ts";

const NAME = "mapping.json";

/** Whether a path in `inbox` is that of a mapping, which is no input. */
export const isMappingFile = (path: string): boolean =>
  path.slice(path.lastIndexOf("/") + 1).toLowerCase() === NAME;

/**
 * The mapping for a file in `inbox`: `mapping.json` in its folder, and for a folder inside plan/ otherwise the
 * one in the folder of the same name outside it. Files that lie directly in inbox/, inbox/plan/ or
 * inbox/staged/ have none, because these folders are everybody's.
 *
 * @throws InputRefusal MAPPING_INVALID
 */
export async function findMapping(
  inbox: Blobs,
  file: string,
  {
    operations,
    kept,
  }: { readonly operations: readonly string[]; readonly kept: readonly string[] },
): Promise<Mapper | undefined> {
  for (const path of placesOf(file)) {
    const found = await inbox.read(path);
    if (found === undefined) continue;
    if (found.bytes.length > LONGEST_MAPPING) {
      throw mappingInvalid(path, undefined, "has more than 65,536 bytes", "Shorten it.");
    }
    const mapping = readMapping(found.bytes.toString("utf8"), path);
    const { operation } = mapping;
    if (operation !== undefined && !operations.includes(operation)) {
      const hint = didYouMean(operation, operations).replace(/\.$/, "");
      throw mappingInvalid(
        path,
        "operation",
        `no operation has this name.${hint}`.replace(/\.$/, ""),
        `Use one of: ${operations.join(", ")}.`,
      );
    }
    return createMapper(mapping, path, kept);
  }
  return undefined;
}

function placesOf(file: string): readonly string[] {
  const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
  const places = [folder, folder.replace(/^plan\//i, "")];
  return [...new Set(places)]
    .filter((each) => each !== "" && !/^(plan|staged)$/i.test(each))
    .map((each) => `${each}/${NAME}`);
}
