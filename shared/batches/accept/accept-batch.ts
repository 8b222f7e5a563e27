import type { BatchManifest, BatchSource, Mode, Priority } from "../../records/manifest.ts";
import { checkInput } from "../input/check-input.ts";
import type { Accepted } from "../ports.ts";
import { again, type Context, type Held } from "./accept-context.ts";
import { carryOn } from "./carry-on.ts";
import type { Source } from "./source.ts";
import { type FreeHolder, takeName } from "./take-name.ts";

/** A batch that is about to begin. */
export interface NewBatch {
  readonly batch: string;
  readonly folder: string;
  readonly tenant: string;
  readonly mode: Mode;
  readonly priority: Priority;
  readonly from: BatchSource;
  readonly source: Source;
  readonly holder: FreeHolder;
}

/**
 * Checks the input, takes the name for it and goes on. An input that is refused takes no name.
 *
 * @throws Refusal as `checkInput` and `carryOn`.
 */
export async function beginBatch(context: Context, next: NewBatch, held: Held): Promise<Accepted> {
  const { ports, delivery } = context;
  const { batch, folder, tenant, mode, priority, source } = next;
  const checked = await checkInput(await source.bytes(), rulesOf(context, next));
  const manifest: BatchManifest = {
    version: 1,
    batch,
    tenant,
    mode,
    priority,
    operation: source.operation,
    source: next.from,
    format: source.format,
    ...checked,
    acceptedAt: new Date(ports.clock.now()).toISOString(),
  };
  held.lock.check();
  if (!(await takeName(ports.blobs.batches, folder, next.holder, manifest))) {
    return again(1, "another delivery took the name in between");
  }
  held.own(manifest);
  ports.emit({ event: "batch.accepted", batch, tenant, rows: manifest.rows, mode });
  return carryOn(ports, { folder, manifest }, source, held.lock, delivery);
}

/** What an input is held against. */
export const rulesOf = (
  { ports, limits }: Context,
  { mode, source }: { readonly mode: Mode; readonly source: Source },
) => ({
  catalogue: ports.catalogue,
  operation: source.operation,
  format: source.format,
  mode,
  file: source.file?.path,
  limits,
  maxInvalidRowsPercent: ports.settings.maxInvalidRowsPercent,
});
