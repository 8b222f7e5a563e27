import { operationNamed } from "../../catalogue/operation.ts";
import { diagnose, type ExaminedObject } from "../../catalogue/refusals/diagnose.ts";
import { isCovered } from "../../catalogue/refusals/permission-cover.ts";
import type { PlannedWrite, Receipt } from "../../catalogue/row.ts";
import { columnsOf, holderOf, isEdge, subjectOf } from "../../catalogue/target.ts";
import { OperatorError } from "../../core/errors.ts";
import { isGuid, type ObjectId, toObjectId } from "../../core/object-id.ts";
import type { BatchFiles } from "../../records/batch-files.ts";
import type { Receipts } from "../../records/receipt.ts";
import { streamShard } from "../../records/shard.ts";
import type { BatchPorts } from "../ports.ts";
import { examine, type Subject } from "./examine.ts";

/** So many objects are looked at; rows of others keep the general explanation. */
const MOST_OBJECTS = 1_000;

/** What a 403 about a row is called in its receipt. */
const FORBIDDEN = "403 ";

/** A row that Graph refused with 403. */
interface Forbidden {
  readonly row: number;
  readonly receipt: Failed;
  /** What it needs and the token lacks. */
  readonly lacking: readonly string[];
  readonly subject: Subject | undefined;
}

type Ports = Pick<BatchPorts, "blobs" | "catalogue" | "graphFor" | "rolesFor">;

/**
 * The receipts of a batch that ends, in which rows that Graph refused with 403 tell the cause: a permission
 * that the token lacks, or what protects the object. The verdicts stay as they are. What cannot be found out
 * now is said to be unknown; a batch never fails to end for it.
 */
export async function explainForbidden(
  ports: Ports,
  folder: string,
  files: BatchFiles,
  receipts: Receipts,
): Promise<Receipts> {
  try {
    return await explained(ports, folder, files, receipts);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code === "BATCH_DAMAGED") throw error;
    return receipts;
  }
}

async function explained(
  ports: Ports,
  folder: string,
  { manifest, plan }: BatchFiles,
  receipts: Receipts,
): Promise<Receipts> {
  const { tenant } = manifest;
  const forbidden = new Map<number, readonly Forbidden[]>();
  let roles: readonly string[] | undefined;
  for (let shard = 1; shard <= plan.shards; shard++) {
    const refused = forbiddenIn(await receipts(shard));
    if (refused.size === 0) continue;
    roles ??= await ports.rolesFor(tenant, { fresh: false });
    forbidden.set(shard, await rowsOf(ports, folder, shard, refused, roles));
  }
  if (forbidden.size === 0) return receipts;
  const found = await examine(ports.graphFor(tenant), subjectsOf([...forbidden.values()].flat()));
  return async (shard) => {
    const told = new Map(await receipts(shard));
    for (const row of forbidden.get(shard) ?? []) told.set(row.row, toldOf(row, found));
    return told;
  };
}

/** The receipt with the cause. Of an object beyond the limit nothing is known: the general words stay. */
function toldOf(
  { receipt, lacking, subject }: Forbidden,
  found: ReadonlyMap<ObjectId, ExaminedObject>,
): Receipt {
  const object = subject && found.get(subject.id);
  if (subject && object === undefined && lacking.length === 0) return receipt;
  const { why, fix } = diagnose({ lacking, object }, receipt.requestId);
  return { ...receipt, reason: `${why} ${saidBy(receipt)}`.trim(), fix };
}

function forbiddenIn(receipts: ReadonlyMap<number, Receipt>): ReadonlyMap<number, Failed> {
  const refused = new Map<number, Failed>();
  for (const [row, receipt] of receipts) if (isForbidden(receipt)) refused.set(row, receipt);
  return refused;
}

/** A receipt that says why the row failed. */
type Failed = Extract<Receipt, { readonly verdict: "failed" | "held" | "skipped" }>;

const isForbidden = (receipt: Receipt): receipt is Failed =>
  receipt.verdict === "failed" &&
  receipt.status === 403 &&
  receipt.cause?.startsWith(`${FORBIDDEN}Authorization_RequestDenied`) === true;

/** Graph's own words, which stand at the end of the reason. */
const saidBy = ({ reason }: Failed): string => {
  const at = reason.lastIndexOf("(Graph:");
  return at < 0 ? "" : reason.slice(at);
};

/** The refused rows of a shard, with what they needed and what they would have changed. */
async function rowsOf(
  { blobs, catalogue }: Ports,
  folder: string,
  shard: number,
  refused: ReadonlyMap<number, Failed>,
  roles: readonly string[],
): Promise<readonly Forbidden[]> {
  const rows: Forbidden[] = [];
  for await (const piece of streamShard(blobs.batches, folder, shard)) {
    for (const { row, operation, write } of piece) {
      const receipt = refused.get(row);
      if (receipt === undefined || write === undefined) continue;
      const columns = [...columnsOf(write.target), ...Object.keys(write.set ?? {})];
      const needed = operationNamed(catalogue, operation)?.permissions(columns) ?? [];
      const lacking = needed.filter((each) => !isCovered(each, roles));
      rows.push({ row, receipt, lacking, subject: subjectIn(write, receipt.objectId) });
    }
  }
  return rows;
}

/** The object that Graph protects: of an edge its holder, of another write what it is about. */
function subjectIn({ target }: PlannedWrite, written: string | undefined): Subject | undefined {
  const id = isEdge(target) ? holderOf(target) : (subjectOf(target) ?? idIn(written));
  if (id === undefined) return undefined;
  const [column = ""] = columnsOf(target);
  return column === "user" || column === "group" || column === "device"
    ? { kind: column, id }
    : undefined;
}

const idIn = (text: string | undefined): ObjectId | undefined =>
  text !== undefined && isGuid(text) ? toObjectId(text) : undefined;

/** Each object once, of rows whose token is not to blame. */
function subjectsOf(rows: readonly Forbidden[]): readonly Subject[] {
  const subjects = new Map<ObjectId, Subject>();
  for (const { subject, lacking } of rows) {
    if (subjects.size === MOST_OBJECTS) break;
    if (subject && lacking.length === 0) subjects.set(subject.id, subject);
  }
  return [...subjects.values()];
}
