import type { OpenRow } from "../schedule/open-row.ts";
import { isShareable } from "../schedule/shareable.ts";
import type { OpenBatch } from "./open-batch.ts";
import type { Site } from "./site.ts";

/** Whether a row may share a request with others of its group. */
export const mayShare =
  (site: Site) =>
  (row: OpenRow<OpenBatch>): boolean =>
    !row.single && !row.alone && isShareable(site.catalogue, row);
