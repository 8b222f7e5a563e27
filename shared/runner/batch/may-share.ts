import { operationNamed } from "../../catalogue/operation.ts";
import { isPending } from "../../catalogue/row.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import type { OpenBatch } from "./open-batch.ts";
import type { Site } from "./site.ts";

/** Whether a row may share a request with others of its group. */
export const mayShare =
  (site: Site) =>
  ({ single, alone, operation, write }: OpenRow<OpenBatch>): boolean =>
    !single &&
    !alone &&
    !isPending(write) &&
    operationNamed(site.catalogue, operation)?.together?.share?.may(write) === true;
