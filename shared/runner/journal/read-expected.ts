import { type ReadBefore, readBeforeFile } from "../../records/approval/before.ts";
import type { Plan } from "../../records/plan.ts";
import type { Blobs } from "../../storage/types.ts";
import type { Expectations, Expected } from "./expected.ts";
import type { Journal } from "./journal-file.ts";

/**
 * Reads what the rows of a shard are expected to find: what the plan read or, if the runner has looked
 * since, what it saw last. The journal is told the digest of the plan's file before any row is sent.
 *
 * @throws OperatorError BATCH_DAMAGED if a file is there and cannot be read
 */
export async function readExpectations(
  batches: Blobs,
  folder: string,
  {
    shard,
    journal,
    plan,
    at,
  }: {
    readonly shard: number;
    readonly journal: Journal;
    readonly plan: Plan;
    readonly at: string;
  },
  rows: readonly { readonly row: number }[],
): Promise<Expectations | undefined> {
  if (plan.digest === undefined) return undefined;
  const expected: Expectations = new Map();
  const planned = await readBeforeFile(batches, folder, shard);
  const named = journal.before.find(({ look }) => look === undefined);
  if (named === undefined && planned) {
    await journal.append({ t: "before", at, sha256: planned.sha256 });
  }
  const isLost = planned === undefined || (named && named.sha256 !== planned.sha256);
  const looks = await readLooks(batches, folder, shard, journal);
  const ifMayChange = plan.mode === "plan" ? "same" : "any";
  for (const { row } of rows) {
    const mine = looks.filter((each) => each.file.rows.has(row));
    const valid = mine.filter((each) => counts(each, row, journal)).at(-1);
    const isNoted = valid === mine.at(-1);
    if (valid) expected.set(row, { ...expectedOf(valid.file, row, "same"), isNoted });
    else if (isLost) expected.set(row, { ...nothingRead, finds: "lost", isNoted });
    else expected.set(row, { ...expectedOf(planned, row, ifMayChange), isNoted });
  }
  return expected;
}

/** What the runner saw at one look, and how many files of `before/` the journal named before it. */
interface Look {
  readonly file: ReadBefore;
  readonly at: number;
}

/** What a row was held for counts only once the row was released. */
const counts = ({ file, at }: Look, row: number, { released }: Journal): boolean =>
  file.rows.get(row)?.held !== true ||
  released.some((each) => each.after > at && each.rows.includes(row));

/** What the runner saw at its looks, in their order; a file that is not what the journal names is left out. */
async function readLooks(
  batches: Blobs,
  folder: string,
  shard: number,
  { before }: Journal,
): Promise<Look[]> {
  const looks: Look[] = [];
  for (const [at, { look, sha256 }] of before.entries()) {
    if (look === undefined) continue;
    const read = await readBeforeFile(batches, folder, shard, look);
    if (read?.sha256 === sha256) looks.push({ file: read, at });
  }
  return looks;
}

const nothingRead = { before: undefined, name: undefined, lookedAt: new Date(0).toISOString() };

/** `ifMayChange`: what a row finds whose object unfinished work of other batches could change. */
function expectedOf(
  { rows, lookedAt }: ReadBefore,
  row: number,
  ifMayChange: "same" | "any",
): Omit<Expected, "isNoted"> {
  const values = rows.get(row);
  const { before, name, mayChange = false } = values ?? {};
  // What may have changed since is looked at again, however little time has passed.
  const at = mayChange ? nothingRead.lookedAt : lookedAt;
  const finds = before === undefined ? "any" : mayChange ? ifMayChange : "same";
  return { before, name, lookedAt: at, finds };
}
