import { Readable } from "node:stream";

import { type Operation, named } from "../../catalogue/operation.ts";
import type { Recipe } from "../../catalogue/recipe/recipe.ts";
import { chunk } from "../../core/chunk.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import type { Graph } from "../../graph/types.ts";
import { type Expansion, readExpansion } from "../../records/expansion.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { expandedBlob, expansionBlob } from "../../records/paths.ts";
import { jsonText } from "../../records/stored-json.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import { type Named, OPERATION, type RowRules } from "../input/columns.ts";
import { readRow } from "../input/compile-row.ts";
import { countPieces, inputRows } from "../input/input-shards.ts";
import { mapRow } from "../input/map-row.ts";
import { INPUT_ROW, PART, SETTLED } from "../input/part-columns.ts";
import { rowsToPlan } from "../input/rows-to-plan.ts";
import { STAGE } from "../input/sender-columns.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { createDirectory } from "../plan/lookups/lookups.ts";
import { expandRecipes, type Reader, type RecipeRow } from "./expand-recipes.ts";
import { type Cells, type Part, rowOf } from "./part.ts";

/** So many rows are read of and expanded together. */
const ROWS_AT_ONCE = 50;

/** What is expanded, and with which clients. */
export interface ExpandJob {
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly batches: Blobs;
  readonly graph: Graph;
  readonly catalogue: Readonly<Record<string, Operation>>;
  readonly recipes: Readonly<Record<string, Recipe>>;
  readonly mapper?: Mapper | undefined;
  /** The most rows that a batch may have, parts included. */
  readonly mostRows: number;
  /** Whether there is time for another piece. */
  readonly hasTime: () => boolean;
  /** Throws if the lease is lost. */
  readonly check: () => void;
}

/**
 * Expands the input of a batch, piece by piece, with bounded memory: a row that names a recipe becomes the
 * parts that the recipe and the directory make of it, and every other row one part. A piece is written once, so
 * an interrupted expansion continues with the next. Answers `undefined` if the time was over.
 *
 * @throws InputRefusal TOO_MANY_ROWS; OperatorError READ_INCOMPLETE, STORAGE_UNAVAILABLE, LEASE_LOST
 * (disposition `retry`); PERMISSION_MISSING (`refuse`)
 */
export async function expandInput(job: ExpandJob): Promise<Expansion | undefined> {
  const { batches, folder, manifest } = job;
  const known = await readExpansion(batches, folder);
  if (known !== undefined) return known;
  const written = await countPieces(batches, folder);
  const tally = await tallyOf(job, written);
  const reader: Reader = { graph: job.graph, directory: createDirectory(job.graph) };
  let piece = 0;
  for await (const rows of rowsToPlan(sentIn(job))) {
    piece += 1;
    if (piece <= written) continue;
    if (!job.hasTime()) return undefined;
    job.check();
    await writePiece(job, piece, expandedRows(job, reader, rows, tally));
  }
  const expansion: Expansion = {
    version: 1,
    rows: tally.rows,
    inputRows: manifest.rows,
    columns: [...tally.columns],
    pieces: piece,
  };
  job.check();
  await batches.write(expansionBlob(folder), jsonText(expansion), { ifAbsent: true });
  return expansion;
}

/** What has been expanded so far. */
interface Tally {
  rows: number;
  readonly columns: Set<string>;
}

/** What the pieces that are written hold. */
async function tallyOf({ batches, folder, manifest }: ExpandJob, written: number): Promise<Tally> {
  const tally: Tally = { rows: 0, columns: new Set() };
  if (written === 0) return tally;
  for await (const rows of inputRows(batches, folder, manifest)) {
    for (const { cells } of rows) count(tally, cells);
  }
  return tally;
}

function count(tally: Tally, cells: Cells): void {
  tally.rows += 1;
  for (const name of Object.keys(cells)) if (name !== SETTLED) tally.columns.add(name);
}

/** The rows that were sent, in shards, of which each becomes one piece. */
const sentIn = (job: ExpandJob) => ({
  batches: job.batches,
  folder: job.folder,
  stored: { format: job.manifest.format },
  rules: rulesOf(job),
  graph: job.graph,
  isNew: false,
});

async function writePiece(
  { batches, folder }: ExpandJob,
  piece: number,
  lines: AsyncIterable<string>,
): Promise<void> {
  let failure: unknown;
  const noted = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const line of lines) yield Buffer.from(line, "utf8");
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const body = Readable.from(noted());
  const write = batches.writeStream(expandedBlob(folder, piece), body, { ifAbsent: true });
  const done = await write.catch((error: unknown) => {
    throw failure ?? error;
  });
  if (done === undefined) throw leaseLost("Another delivery of the message expands this batch.");
}

/** The parts of the rows of a piece, as lines. */
async function* expandedRows(
  job: ExpandJob,
  reader: Reader,
  rows: readonly InputRow[],
  tally: Tally,
): AsyncGenerator<string> {
  const rules = rulesOf(job);
  for (const some of chunk(rows, ROWS_AT_ONCE)) {
    const drafts = some.map((row) => draftOf(row, rules, job.recipes));
    const recipeRows = drafts.flatMap((draft) => (draft.kind === "recipe" ? draft.row : []));
    const expanded = await expandRecipes(reader, recipeRows);
    let next = 0;
    const lines: string[] = [];
    for (const [at, draft] of drafts.entries()) {
      const made = draft.kind === "recipe" ? (expanded[next++] ?? []) : [];
      for (const cells of cellsOf(some[at]!, draft, made)) {
        count(tally, cells);
        lines.push(`${JSON.stringify(cells)}\n`);
      }
      if (tally.rows > job.mostRows) throw tooMany(job.mostRows);
    }
    yield lines.join("");
  }
}

const rulesOf = ({ manifest, catalogue, recipes, mapper }: ExpandJob): RowRules<Named> => ({
  catalogue: { ...catalogue, ...recipes },
  operation: manifest.operation,
  origin: manifest.origin?.kind,
  mapper,
});

/** What a row that was sent becomes. */
type Draft =
  /** It is a part already, of a batch that was made out of another one. */
  | { readonly kind: "part" }
  | { readonly kind: "one"; readonly part: Part }
  | { readonly kind: "recipe"; readonly row: RecipeRow };

function draftOf(row: InputRow, rules: RowRules<Named>, recipes: ExpandJob["recipes"]): Draft {
  if (rules.origin && typeof row.cells[PART] === "number") return { kind: "part" };
  const read = readRow(row, rules);
  const { cells: own } = rules.mapper ? mapRow(row, rules.mapper) : row;
  const { [OPERATION]: _operation, ...sent } = own;
  const cells = Object.fromEntries(Object.entries(sent).filter(([, raw]) => raw !== ""));
  if ("invalid" in read) {
    const { verdict = "failed", reason, fix } = read.invalid;
    const settled = read.invalid.settled ?? { verdict, reason, fix };
    return { kind: "one", part: { operation: read.name, cells, settled } };
  }
  const recipe = named(recipes, read.name);
  return recipe
    ? { kind: "recipe", row: { recipe, cells } }
    : { kind: "one", part: { operation: read.name, cells } };
}

/** The rows of the expanded input that a row becomes. A row that is sent again keeps the number that it had. */
function cellsOf({ row, cells }: InputRow, draft: Draft, made: readonly Part[]): readonly Cells[] {
  if (draft.kind === "part") return [cells];
  const { [INPUT_ROW]: before } = cells;
  const of = typeof before === "number" ? before : row;
  const parts = draft.kind === "one" ? [draft.part] : made;
  const stage = cells[STAGE] === undefined ? {} : { [STAGE]: cells[STAGE] };
  return parts.map((part, at) => ({ ...stage, ...rowOf(part, of, at + 1) }));
}

const tooMany = (most: number): InputRefusal =>
  new InputRefusal(
    "TOO_MANY_ROWS",
    `The rows have more than ${most.toLocaleString("en")} parts: what is planned of a batch may not be more.`,
    "Split the input into several files; each is a batch of its own.",
  );
