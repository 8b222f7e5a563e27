import { operationNamed } from "../../catalogue/operation.ts";
import { diagnose } from "../../catalogue/refusals/diagnose.ts";
import { isCovered } from "../../catalogue/refusals/permission-cover.ts";
import type { PlannedWrite } from "../../catalogue/row.ts";
import { columnsOf, holderOf, isEdge, subjectOf } from "../../catalogue/target.ts";
import { isGuid, type ObjectId, toObjectId } from "../../core/object-id.ts";
import { examine, type Subject } from "./examine.ts";
import { type RefusalPorts, MOST_OBJECTS, type RefusedRow, type Told } from "./refused-row.ts";

/** A row that Graph refused with 403. */
interface Forbidden {
  readonly refused: RefusedRow;
  /** What it needs and the token lacks. */
  readonly lacking: readonly string[];
  readonly subject: Subject | undefined;
}

/** Why rows were refused with 403: a permission that the token lacks, or what protects the object. */
export async function tellForbidden(
  ports: RefusalPorts,
  tenant: string,
  rows: readonly RefusedRow[],
): Promise<Told> {
  const forbidden = rows.filter(isForbidden);
  if (forbidden.length === 0) return new Map();
  const roles = await ports.rolesFor(tenant, { fresh: false });
  const asked = forbidden.map((refused): Forbidden => {
    const { operation, write, receipt } = refused;
    const columns = [...columnsOf(write.target), ...Object.keys(write.set ?? {})];
    const needed = operationNamed(ports.catalogue, operation)?.permissions(columns) ?? [];
    const lacking = needed.filter((each) => !isCovered(each, roles));
    return { refused, lacking, subject: subjectIn(write, receipt.objectId) };
  });
  const found = await examine(ports.graphFor(tenant), subjectsOf(asked));
  const told = new Map<number, { why: string; fix: string }>();
  for (const { refused, lacking, subject } of asked) {
    const object = subject && found.get(subject.id);
    // Of an object beyond the limit nothing is known.
    if (subject && object === undefined && lacking.length === 0) continue;
    told.set(refused.row, diagnose({ lacking, object }, refused.receipt.requestId));
  }
  return told;
}

/** Other refusals with 403, such as a quota, say what they are. */
const isForbidden = ({ receipt }: RefusedRow): boolean =>
  receipt.status === 403 && receipt.cause === "403 Authorization_RequestDenied";

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
