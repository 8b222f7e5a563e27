import * as v from "valibot";

import { check } from "../../core/check.ts";
import { isInCalendar } from "../../core/clock.ts";
import type { Proof } from "../../core/contracts/proof.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isGuid } from "../../core/object-id.ts";
import { isRecord, recordOf } from "../../core/record.ts";
import { nonceOf } from "../../records/decisions/canonical.ts";
import {
  type BatchManifest,
  type FileVersion,
  type Mode,
  type Priority,
  priorities,
} from "../../records/manifest.ts";
import { nameRuleBroken } from "../../records/paths.ts";
import { readBlobEvent } from "./blob-event.ts";

/** One of our messages, version 1, checked. It has `rows` or `file`, never both. */
export interface BatchMessage {
  readonly batch: string;
  readonly tenant: string;
  readonly mode: Mode;
  readonly priority: Priority;
  readonly operation?: string | undefined;
  readonly rows?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** A path in container `inbox`. */
  readonly file?: string | undefined;
  /** How many rows the file has, so that a file which was cut off is refused. */
  readonly rowCount?: number | undefined;
  /** When it may write, ISO 8601. */
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  /** Who submits it, to be verified. */
  readonly proof?: Pick<Proof, "token" | "nonce"> | undefined;
}

export type Incoming =
  | { readonly kind: "batch"; readonly message: BatchMessage }
  | { readonly kind: "blob"; readonly file: FileVersion }
  /** From the sweep: a batch was accepted, and its own message may be lost. */
  | { readonly kind: "resume"; readonly batch: string; readonly tenant: string }
  | { readonly kind: "ignored"; readonly why: string };

/** What a message may name. */
export interface Allowed {
  readonly homeTenant: string;
  readonly tenants: readonly string[];
  readonly operations: readonly string[];
}

/** What a message about a batch may name that was accepted: its recipes, too, although their files may be gone. */
export const withRecipesOf = (
  { recipes = [] }: Pick<BatchManifest, "recipes">,
  allowed: Allowed,
): Allowed => ({
  ...allowed,
  operations: [...new Set([...allowed.operations, ...recipes.map(({ name }) => name)])],
});

/** An instant with its zone, which is kept in UTC. */
const instant = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check(isInCalendar),
  v.transform((text) => new Date(text).toISOString()),
);

const Message = v.strictObject({
  version: v.literal(1),
  batch: v.string(),
  mode: v.picklist(["apply", "plan"]),
  priority: v.optional(v.picklist(priorities), "normal"),
  tenant: v.optional(v.string()),
  operation: v.optional(v.string()),
  rows: v.optional(v.array(v.record(v.string(), v.unknown()))),
  file: v.optional(v.string()),
  rowCount: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  notBefore: v.optional(instant),
  notAfter: v.optional(instant),
  proof: v.optional(v.pipe(v.string(), v.maxLength(16_384))),
});

/**
 * Finds out what a decoded message is, and checks all of it.
 *
 * @throws OperatorError, disposition `refuse`: MESSAGE_INVALID, VERSION_UNKNOWN, OPERATION_UNKNOWN or
 * TENANT_NOT_ALLOWED, with paths and rules but no values.
 */
export function readEnvelope(value: unknown, allowed: Allowed): Incoming {
  const event = readBlobEvent(value);
  if (event !== undefined) return event;
  if (!isRecord(value)) {
    throw new InputRefusal(
      "MESSAGE_INVALID",
      "The message is a JSON array, not an object.",
      "Send one object with version, batch, mode and rows or file, as docs/messages.md shows.",
    );
  }
  refuseVersion(value);
  if ("resume" in value) return readResume(value, allowed);
  refuseInherited(value);
  const {
    version: _version,
    tenant,
    rows: _rows,
    file,
    proof: token,
    ...message
  } = check(Message, value, {
    pathInWords,
  });
  // The schema leaves out a property `__proto__` of a row; the row as it came is refused for it later.
  const rows = _rows && rowsOf(value);
  const broken = nameRuleBroken(message.batch);
  if (broken !== undefined) throw invalid(`batch must ${broken}`, "Choose another batch name");
  if ((rows === undefined) === (file === undefined)) {
    throw invalid(
      rows === undefined ? "it has neither rows nor file" : "it has both rows and file",
      "Give the rows in the message, or the path of a file in the container inbox",
    );
  }
  if (rows !== undefined && message.rowCount !== undefined) {
    throw invalid("it has rowCount beside rows", "Leave rowCount out: it is about a file");
  }
  if (rows?.length === 0) throw invalid("rows is empty", "Give at least one row");
  if ((message.notBefore ?? "") >= (message.notAfter ?? "~")) {
    throw invalid("notAfter is not after notBefore", "Give a window that has a length");
  }
  if (message.operation !== undefined) refuseOperation(message.operation, allowed.operations);
  const proof = token === undefined ? undefined : { token, nonce: nonceOf(value) };
  return {
    kind: "batch",
    message: { ...message, rows, file, ...(proof && { proof }), tenant: tenantOf(tenant, allowed) },
  };
}

/** The rows of a message that has the right shape. */
const rowsOf = ({
  rows,
}: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(rows) ? rows.filter(isRecord) : [];

/** Rows count from 1 everywhere: `rows.0` is row 1. */
const pathInWords = (path: string): string =>
  path.replace(/^rows\.(\d+)/, (_, at: string) => `row ${Number(at) + 1}`);

/** The schema takes a property such as `constructor` for one that every object has. */
function refuseInherited(value: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(value).find((each) => each in Object.prototype);
  if (name !== undefined) {
    throw invalid(`it has the unknown property ${name}`, "Remove it");
  }
}

const Resume = v.strictObject({
  version: v.literal(1),
  resume: v.strictObject({ batch: v.string(), tenant: v.string() }),
});

function readResume(value: unknown, allowed: Allowed): Incoming {
  const { resume } = check(Resume, value);
  const broken = nameRuleBroken(resume.batch);
  if (broken !== undefined) throw invalid(`batch must ${broken}`, "Choose another batch name");
  return { kind: "resume", batch: resume.batch, tenant: tenantOf(resume.tenant, allowed) };
}

/** The message that resumes a batch. */
export const resumeMessageOf = (resume: {
  readonly batch: string;
  readonly tenant: string;
}): string => JSON.stringify({ version: 1, resume });

/** The batch that a message names, if that can be read at all, whatever else is wrong with it. */
export function batchNameIn(value: unknown): string | undefined {
  const { batch } = recordOf(value);
  return typeof batch === "string" && nameRuleBroken(batch) === undefined ? batch : undefined;
}

const invalid = (what: string, fix: string): InputRefusal =>
  new InputRefusal("MESSAGE_INVALID", `The message breaks its schema: ${what}.`, `${fix}.`);

function refuseVersion(value: Readonly<Record<string, unknown>>): void {
  if (value["version"] === 1 || !("version" in value)) return;
  throw new InputRefusal(
    "VERSION_UNKNOWN",
    "The message is of a version that this deployment does not know; it knows version 1.",
    'Set "version": 1 (a number) and write the message as docs/messages.md shows, or deploy the newer release first.',
  );
}

/** @throws InputRefusal OPERATION_UNKNOWN, which names the nearest operation but not the word itself. */
function refuseOperation(operation: string, operations: readonly string[]): void {
  if (operations.includes(operation)) return;
  throw new InputRefusal(
    "OPERATION_UNKNOWN",
    `No operation has the name in "operation".${didYouMean(operation, operations)}`,
    `Use one of: ${operations.join(", ")}.`,
    { column: "operation" },
  );
}

function tenantOf(tenant: string | undefined, allowed: Allowed): string {
  const id = tenant?.toLowerCase() ?? allowed.homeTenant;
  if (allowed.tenants.includes(id)) return id;
  throw new InputRefusal(
    "TENANT_NOT_ALLOWED",
    isGuid(id)
      ? `The tenant ${id} is not one that this deployment may change.`
      : "The tenant is not given by its id (a GUID), and only listed tenants may be changed.",
    "Leave tenant out for the home tenant, or let an administrator add the tenant's id to the setting ALLOWED_TENANTS and consent there.",
  );
}
