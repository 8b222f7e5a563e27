import { Readable } from "node:stream";

import { chunk } from "../../core/chunk.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { type Expansion, readExpansion } from "../../records/expansion.ts";
import { expandedBlob, expansionBlob } from "../../records/paths.ts";
import { jsonText } from "../../records/stored-json.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { InputRow } from "../formats/input-row.ts";
import { countPieces, inputRows } from "../input/input-shards.ts";
import { INPUT_ROW, SETTLED } from "../input/part-columns.ts";
import { STAGE } from "../input/sender-columns.ts";
import { createDirectory } from "../plan/lookups/lookups.ts";
import { type Draft, draftOf } from "./draft.ts";
import { type ExpandJob, type Reader, rulesOf, sentPieces } from "./expand-job.ts";
import { expandRecipes } from "./expand-recipes.ts";
import { type MemberLists, noLists, readLists } from "./member-lists.ts";
import { type Cells, type Part, rowOf } from "./part.ts";

/** So many rows are read of and expanded together. */
const ROWS_AT_ONCE = 50;

/**
 * Expands the input of a batch, piece by piece, with bounded memory: a row that names a recipe becomes the
 * parts that the recipe and the directory make of it, and every other row one part. A piece is written once, so
 * an interrupted expansion continues with the next. Answers `undefined` if the time was over.
 *
 * @throws ExpansionWaits; InputRefusal TOO_MANY_ROWS; OperatorError READ_INCOMPLETE, STORAGE_UNAVAILABLE, LEASE_LOST
 * (disposition `retry`); PERMISSION_MISSING (`refuse`)
 */
export async function expandInput(job: ExpandJob): Promise<Expansion | undefined> {
  const { batches, folder, manifest } = job;
  const known = await readExpansion(batches, folder);
  if (known !== undefined) return known;
  const written = await countPieces(batches, folder);
  const tally = await tallyOf(job, written);
  const { graph, before } = job;
  const reader: Reader = { graph, before, directory: createDirectory(graph) };
  const lists = await readLists(job, reader, written > 0);
  if (lists === undefined) return undefined;
  let piece = 0;
  for await (const rows of sentPieces(job)) {
    piece += 1;
    if (piece <= written) continue;
    job.check();
    await writePiece(job, piece, expandedRows(job, { reader, lists, piece, rows }, tally));
    if (!job.hasTime()) return undefined;
  }
  const expansion: Expansion = {
    version: 1,
    rows: tally.rows,
    inputRows: manifest.rows,
    columns: [...tally.columns],
    pieces: piece,
    ...(lists !== noLists && { hasLists: true }),
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

/** Rows that become one piece of the expanded input, and what expands them. */
interface Piece {
  readonly reader: Reader;
  readonly lists: MemberLists;
  readonly piece: number;
  readonly rows: readonly InputRow[];
}

/** The parts of a row that was expanded with others: the next of its kind. */
function madeOf(
  { kind }: Draft,
  made: Readonly<Record<"recipe" | "member", Iterator<readonly Part[]>>>,
): readonly Part[] {
  if (kind !== "recipe" && kind !== "member") return [];
  const { value, done } = made[kind].next();
  return done === true ? [] : value;
}

/** The parts of the rows of a piece, as lines. */
async function* expandedRows(
  job: ExpandJob,
  { reader, lists, piece, rows }: Piece,
  tally: Tally,
): AsyncGenerator<string> {
  const rules = rulesOf(job);
  for (const some of chunk(rows, ROWS_AT_ONCE)) {
    const drafts = some.map((row) => draftOf(row, rules, job.recipes));
    const recipeRows = drafts.flatMap((draft) => (draft.kind === "recipe" ? draft.row : []));
    const expanded = (await expandRecipes(reader, recipeRows)).values();
    const members = drafts.filter((draft) => draft.kind === "member");
    const listed = (await lists.partsOf(piece, members)).values();
    const lines: string[] = [];
    for (const [at, draft] of drafts.entries()) {
      const made = madeOf(draft, { recipe: expanded, member: listed });
      for (const cells of cellsOf(some[at]!, draft, made)) {
        count(tally, cells);
        lines.push(`${JSON.stringify(cells)}\n`);
      }
      if (tally.rows > job.mostRows) throw tooMany(job.mostRows);
    }
    yield lines.join("");
  }
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
