import type { Operation } from "../../catalogue/operation.ts";
import type { Expanding } from "../../catalogue/recipe/expanding.ts";
import type { Recipe } from "../../catalogue/recipe/recipe.ts";
import type { Graph } from "../../graph/types.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import type { Named, RowRules } from "../input/columns.ts";
import { rowsToPlan } from "../input/rows-to-plan.ts";
import type { Mapper } from "../mapping/mapper.ts";
import type { Directory } from "../plan/lookups/lookups.ts";
import type { Cells } from "./part.ts";

/** What batches will still change that were accepted before this one. */
export interface OpenWork {
  /** @throws ExpansionWaits if a row of such a batch, which has no verdict yet, names one of the objects */
  readonly awaitEnd: (ids: Iterable<string>) => Promise<void>;
  /** When the work was first seen to have ended for which the batch has waited; `undefined` if it has not waited. */
  readonly endedAt: () => Promise<string | undefined>;
}

/** What is expanded, and with which clients. */
export interface ExpandJob {
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly batches: Blobs;
  readonly graph: Graph;
  readonly catalogue: Readonly<Record<string, Operation>>;
  readonly recipes: Readonly<Record<string, Expanding>>;
  readonly mapper?: Mapper | undefined;
  /** The most rows that a batch may have, parts included. */
  readonly mostRows: number;
  /** Unfinished work of other batches may change what was read, so that no part is unchanged yet. */
  readonly keepsOpen: boolean;
  /** What earlier batches will still change. */
  readonly before: OpenWork;
  /** Whether there is time for another piece. */
  readonly hasTime: () => boolean;
  /** Throws if the lease is lost. */
  readonly check: () => void;
}

/** A row that names a recipe and keeps its rules. */
export interface RecipeRow {
  readonly recipe: Recipe;
  readonly cells: Cells;
}

/** What reads the directory for an expansion. */
export interface Reader {
  readonly graph: Graph;
  readonly directory: Directory;
  readonly before: OpenWork;
}

/** The rules of the rows that were sent. */
export const rulesOf = ({ manifest, catalogue, recipes, mapper }: ExpandJob): RowRules<Named> => ({
  catalogue: { ...catalogue, ...recipes },
  operation: manifest.operation,
  origin: manifest.origin?.kind,
  mapper,
});

/** The rows that were sent, in shards, of which each becomes one piece. @throws as `rowsToPlan` */
export const sentPieces = (job: ExpandJob): AsyncGenerator<readonly InputRow[]> =>
  rowsToPlan({
    batches: job.batches,
    folder: job.folder,
    stored: { format: job.manifest.format },
    rules: rulesOf(job),
    graph: job.graph,
    isNew: false,
  });
