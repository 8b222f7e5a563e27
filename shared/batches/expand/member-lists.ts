import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import { batchDamaged } from "../../records/damaged.ts";
import { wantedBlob } from "../../records/paths.ts";
import { leaseLost } from "../../storage/errors.ts";
import { type Draft, draftOf, isUnclearMember, type Unclear } from "./draft.ts";
import { type ExpandJob, type Reader, rulesOf, sentPieces } from "./expand-job.ts";
import { memberParts, REMOVE } from "./member-parts.ts";
import type { MemberRow, ResolvedRow } from "./member-row.ts";
import type { Part } from "./part.ts";
import { type GroupMembers, readMembers } from "./read-members.ts";
import { resolveRows } from "./resolve-members.ts";
import { createWanted, type Wanted } from "./wanted-members.ts";

/** The lists of members that the rows of a batch say. */
export interface MemberLists {
  /** The parts of rows that say who the members of groups shall be; `piece` is the one that they are in. */
  partsOf(
    piece: number,
    drafts: readonly Extract<Draft, { kind: "member" }>[],
  ): Promise<readonly (readonly Part[])[]>;
}

/** Lists of a batch that says none. */
export const noLists: MemberLists = {
  partsOf: async (_piece, drafts) => drafts.map(() => []),
};

/**
 * Reads what all rows say about the members of groups, before anything of it is expanded: only the whole list
 * says who is not wanted. What the rows name is looked up once and kept, or once more if the batch has waited and
 * no piece `isBegun`. Answers `undefined` if the time was over.
 *
 * @throws ExpansionWaits; as `resolveRows`; OperatorError LEASE_LOST
 */
export async function readLists(
  job: ExpandJob,
  reader: Reader,
  isBegun: boolean,
): Promise<MemberLists | undefined> {
  const wanted = createWanted();
  let piece = 0;
  let hasAny = false;
  let remover: number | undefined;
  const after = isBegun ? undefined : await job.before.endedAt();
  for await (const rows of sentPieces(job)) {
    piece += 1;
    const drafts = rows.map((row) => draftOf(row, rulesOf(job), job.recipes));
    remover ??= rows[drafts.findIndex(mayRemove)]?.row;
    const own = drafts.flatMap((draft) => (draft.kind === "member" ? draft.row : []));
    const unclear = unclearIn(drafts);
    if (own.length + unclear.length === 0) continue;
    hasAny = true;
    const known = await readKept(job, piece);
    // Work for which the batch has waited since may have given the names to others.
    if (known !== undefined && (after === undefined || known.after === after)) {
      note(wanted, own, unclear, known.rows);
      continue;
    }
    const resolved = await resolveRows(reader.directory, [...own, ...unclear]);
    await keep(job, piece, { after, rows: resolved, etag: known?.etag });
    if (!job.hasTime()) return undefined;
    note(wanted, own, unclear, resolved);
  }
  if (!hasAny) return noLists;
  await job.before.awaitEnd(wanted.groups.keys());
  return listsOf(job, reader, wanted, remover);
}

/** Whether a row of another kind may remove somebody from a group. */
function mayRemove(draft: Draft): boolean {
  if (draft.kind === "recipe") {
    return draft.row.recipe.steps.some(({ operation }) => operation === REMOVE);
  }
  return draft.kind === "part" || (draft.kind === "one" && draft.part.operation === REMOVE);
}

/** Rows that cannot be used, with the group that they name, if they do. */
const unclearIn = (drafts: readonly Draft[]): readonly MemberRow[] =>
  drafts.flatMap((draft) => (isUnclearMember(draft) ? unclearRow(draft) : []));

const unclearRow = ({ number, listOf }: Unclear): MemberRow => ({
  row: number,
  group: listOf,
  members: [],
});

/** Adds what the rows of a piece say to what is wanted. */
function note(
  wanted: Wanted,
  rows: readonly MemberRow[],
  unclear: readonly MemberRow[],
  resolved: readonly ResolvedRow[],
): void {
  for (const [at, { row, members }] of [...rows, ...unclear].entries()) {
    const { group, members: ids = [] } = resolved[at] ?? {};
    const known = ids.filter((id) => id !== null);
    const isUnclear = at >= rows.length || known.length < ids.length;
    const isEmpty = members.length === 0 && at < rows.length;
    wanted.add({ row, group, members: known, isEmpty, isUnclear });
  }
}

/** What was looked up for the rows of a piece. */
interface Kept {
  readonly rows: readonly ResolvedRow[];
  /** When the work had ended for which the batch had waited by then. */
  readonly after: string | undefined;
  /** Of the blob that says so; `undefined` if there is none. */
  readonly etag: string | undefined;
}

/** What was looked up for the rows of a piece, if it was. @throws OperatorError BATCH_DAMAGED */
async function readKept({ batches, folder }: ExpandJob, piece: number): Promise<Kept | undefined> {
  const path = wantedBlob(folder, piece);
  const kept = await batches.read(path);
  if (kept === undefined) return undefined;
  const read: unknown = parseJson(kept.bytes.toString("utf8"));
  const { after, rows } = Array.isArray(read) ? { rows: read } : recordOf(read);
  if (!Array.isArray(rows)) throw batchDamaged(path, "is damaged");
  const { etag } = kept;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record
  return { after: after as string | undefined, rows: rows as readonly ResolvedRow[], etag };
}

/** Keeps what was looked up, in place of the blob of this ETag. @throws OperatorError LEASE_LOST */
async function keep(
  { batches, folder, check }: ExpandJob,
  piece: number,
  { after, rows, etag }: Kept,
): Promise<void> {
  check();
  const text = JSON.stringify(after === undefined ? rows : { after, rows });
  const condition = etag === undefined ? ({ ifAbsent: true } as const) : { ifMatch: etag };
  const written = await batches.write(wantedBlob(folder, piece), text, condition);
  if (written === undefined) throw leaseLost("Another delivery of the message expands this batch.");
}

/** A batch that sends rows again need not have all rows of a group. */
function whyUnclear({ manifest }: ExpandJob, row: number | undefined): string | undefined {
  if (manifest.origin) return "A rerun may lack rows of the group";
  return row === undefined
    ? undefined
    : `Row ${row} cannot be used, or names somebody or a group that is not known`;
}

/**
 * The lists, of which a group's members are read when its first row comes. Behind `remover`, the first row that
 * may remove somebody, nobody is in place yet.
 */
function listsOf(
  job: ExpandJob,
  { graph }: Reader,
  wanted: Wanted,
  remover = Infinity,
): MemberLists {
  const read = new Map<string, GroupMembers>();
  const membersOf = async (group: string): Promise<GroupMembers> => {
    const known = read.get(group) ?? (await readMembers(graph, group, wanted));
    read.set(group, known);
    return known;
  };
  let kept: { piece: number; rows: ReadonlyMap<number, ResolvedRow> } | undefined;
  return {
    partsOf: async (piece, drafts) => {
      if (kept?.piece !== piece) {
        const { rows = [] } = (await readKept(job, piece)) ?? {};
        kept = { piece, rows: new Map(rows.map((each) => [each.row, each])) };
      }
      const parts: (readonly Part[])[] = [];
      for (const { row, cells } of drafts) {
        const resolved = kept.rows.get(row.row) ?? { row: row.row, members: [] };
        const said = resolved.group === undefined ? undefined : wanted.groups.get(resolved.group);
        const group = resolved.group !== undefined &&
          said && {
            id: resolved.group,
            said,
            unclear: whyUnclear(job, said.unclear ?? wanted.unclear()),
            members: await membersOf(resolved.group),
            mayChange: job.keepsOpen || row.row > remover,
          };
        parts.push(memberParts(row, resolved, group || undefined, cells));
      }
      return parts;
    },
  };
}
