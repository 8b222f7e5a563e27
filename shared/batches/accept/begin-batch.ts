import type { BatchManifest } from "../../records/manifest.ts";
import { type Context, type LockedFolder, postpone } from "../folder/context.ts";
import { type Holder, takeName } from "../folder/take-name.ts";
import { checkInput, type InputRules } from "../input/check-input.ts";
import { keepMapping } from "../mapping/stored-mapping.ts";
import type { Accepted } from "../ports.ts";
import { usable, unusable } from "../recipes/own-recipes.ts";
import { keepRecipes, recipesNamed } from "../recipes/stored-recipes.ts";
import type { BatchInput } from "./batch-input.ts";
import { carryOn } from "./carry-on.ts";

/** What a message or a file decides about a new batch. */
export interface NewBatch extends Pick<
  BatchManifest,
  "tenant" | "mode" | "priority" | "source" | "submitter" | "notBefore" | "notAfter"
> {
  readonly input: BatchInput;
  readonly holder: Extract<Holder, { readonly kind: "free" }>;
}

/**
 * Checks the input, takes the batch's name and continues with the batch. A refused input takes no name.
 *
 * @throws InputRefusal as `checkInput` and `carryOn`.
 */
export async function beginBatch(
  context: Context,
  locked: LockedFolder,
  { tenant, mode, priority, source, submitter, notBefore, notAfter, input, holder }: NewBatch,
): Promise<Accepted> {
  const { ports } = context;
  const { batch, folder, lock } = locked;
  const read = await checkInput(await input.bytes(), inputRules(context, input));
  const { mapper, operation, ownRecipes, ...checked } = read;
  const own = ownRecipes.flatMap((name) => usable(context.ownRecipes)[name] ?? []);
  const manifest: BatchManifest = {
    version: 1,
    batch,
    tenant,
    mode,
    priority,
    operation,
    source,
    submitter,
    notBefore,
    notAfter,
    format: input.format,
    ...checked,
    ...(mapper && { mapping: { path: mapper.path } }),
    ...(own.length > 0 && { recipes: recipesNamed(own) }),
    acceptedAt: new Date(ports.clock.now()).toISOString(),
  };
  lock.check();
  await keepMapping(ports.blobs.batches, folder, mapper, holder.isEmpty);
  await keepRecipes(ports.blobs.batches, folder, own, holder.isEmpty);
  if (!(await takeName(ports.blobs.batches, folder, manifest, holder.refused))) {
    return postpone(1, "another delivery took the name in between");
  }
  locked.own = manifest;
  locked.isNew = holder.isEmpty;
  ports.emit({ event: "batch.accepted", batch, tenant, rows: manifest.rows, mode });
  return carryOn(context, locked, manifest, input);
}

/** The rules for a batch's input. */
export const inputRules = (
  { ports, limits, ownRecipes }: Context,
  { operation, format, file, mapper, group, rowCount, text }: BatchInput,
): InputRules => ({
  catalogue: { ...ports.catalogue, ...ports.recipes, ...usable(ownRecipes) },
  unusable: unusable(ownRecipes),
  operation,
  format,
  file: file?.path,
  mapper,
  group,
  rowCount,
  isWhole: text !== undefined,
  limits,
  maxInvalidRowsPercent: ports.settings.maxInvalidRowsPercent,
});
