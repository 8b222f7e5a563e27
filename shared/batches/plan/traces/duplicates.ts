import type { Payload } from "../../../catalogue/payload.ts";
import { aliasKey, isNamedKind, namedBy } from "../../../catalogue/reference.ts";
import type { PlannedWrite } from "../../../catalogue/row.ts";
import { columnsOf, isEdge } from "../../../catalogue/target.ts";
import { digestOf, type RowTraces, type Trace } from "./row-traces.ts";

/** A row as later rows see it: its keys, of which the first names what it changes, and its trace. */
export interface Footprint {
  /** Those of the write, and of what an earlier row creates, which rows may name in several ways. */
  readonly keys: readonly string[];
  /** By what later rows may name the object afterwards, besides a user's principal name. */
  readonly aliases?: readonly string[] | undefined;
  readonly trace: Trace;
  /** The key of the name that a rename gives. */
  readonly gives?: string | undefined;
}

/** How a row relates to the rows before it. */
export type Standing =
  /** An earlier row does the same to the same object, and no row in between undoes it. */
  | { readonly kind: "duplicate"; readonly of: number }
  /** An earlier row deletes the object of this one. */
  | { readonly kind: "deleted"; readonly by: number }
  /** To be sent once these rows are final; none if no earlier row touches the same. */
  | { readonly kind: "free"; readonly after: readonly number[] };

const EVERYTHING = 0xffffffff;
const NONE: readonly number[] = [];

type Write = Pick<PlannedWrite, "target" | "keys" | "set" | "idFromRow" | "holderFromRow">;

/** Whether a write creates an object. */
export const creates = ({ target }: Pick<Write, "target">): boolean => target.kind === "new";

/** The footprint of a planned write. `roles`: the fields that name objects. */
export function writtenFootprint(
  row: { readonly row: number; readonly name: string; readonly payload: Payload },
  write: Write,
  roles: readonly string[],
  does: { readonly deletes: boolean; readonly restores?: boolean },
): Footprint {
  const isCreate = creates(write);
  const named = [...roles, ...columnsOf(write.target)];
  const sets = isCreate || write.set === undefined ? undefined : Object.keys(write.set);
  const newName = isCreate ? undefined : write.set?.["userPrincipalName"];
  const from = creatorKeys(write).filter((key) => !write.keys.includes(key));
  return {
    keys: from.length === 0 ? write.keys : [...write.keys, ...from],
    aliases: aliasesOf(write),
    gives: typeof newName === "string" ? nameKey(newName) : undefined,
    trace: {
      row: row.row,
      effect: isCreate
        ? effectOf(row.name, write.keys[0] ?? "", write.set ?? {}, [])
        : effectOf(row.name, write.keys[0] ?? "", row.payload, named),
      mask: sets === undefined ? EVERYTHING : maskOf(sets),
      isWritten: true,
      creates: isCreate,
      deletes: does.deletes,
      ...(does.restores && { restores: true }),
    },
  };
}

/** The footprint of a row whose change is already in place on the object of this id. */
export const unchangedFootprint = (
  row: { readonly row: number; readonly name: string; readonly payload: Payload },
  objectId: string,
  roles: readonly string[],
): Footprint => {
  const key = `object:${objectId}`;
  const effect = effectOf(row.name, key, row.payload, roles);
  return {
    keys: [key],
    trace: { row: row.row, effect, mask: 0, isWritten: false, creates: false, deletes: false },
  };
};

/** The key of what an earlier row creates, for rows that name it by another property than a user's name. */
export const createdKey = (row: number): string => `created:${row}`;

/**
 * The keys of what earlier rows create, as far as the write waits for other writes to it: memberships have no
 * key of their group (see `Holders`).
 */
function creatorKeys({ target, idFromRow, holderFromRow }: Write): readonly string[] {
  const holder = target.kind === "pending-edge" ? holderFromRow : undefined;
  return [idFromRow?.row, holder].flatMap((row) => (row === undefined ? [] : createdKey(row)));
}

const NO_ALIASES: readonly string[] = [];

/** By what rows may name the object once the write has created it, or has given it another value. */
function aliasesOf({ target, set }: Write): readonly string[] {
  const kind = ("type" in target && target.type) || "user";
  if (set === undefined || isEdge(target) || !isNamedKind(kind)) return NO_ALIASES;
  return Object.keys(namedBy[kind].keys).flatMap((property) => {
    const value = set[property];
    return typeof value === "string" ? aliasKey(kind, property, value) : [];
  });
}

/** The key of a user's name, which is the same in any case. */
export const nameKey = (name: string): string => `upn:${name.toLowerCase()}`;

/** A row that changes a membership and only names its member: such rows need not wait for each other. */
const isEdgeEnd = ({ isWritten, mask }: Trace): boolean => isWritten && mask === 0;

/** Adds a row to the traces for later rows. It changes properties of its first key only. */
export function leaveTraces(traces: RowTraces, footprint: Footprint): void {
  const { keys, aliases = [], trace } = footprint;
  for (const alias of aliases) if (!keys.includes(alias)) traces.add(alias, trace);
  for (const [at, key] of keys.entries()) {
    const isMember = at > 0 && (keys[0] ?? "").startsWith("edge:");
    const name = nameChange(footprint, key);
    const isPlain = !isMember && name === undefined;
    traces.add(
      key,
      isPlain ? trace : { ...trace, ...(isMember && { mask: 0 }), ...(name && { name }) },
    );
  }
}

/** What a rename does to the name of a key; a user's own key says that it is renamed. */
function nameChange({ gives }: Footprint, key: string): Trace["name"] | undefined {
  if (gives === undefined) return undefined;
  return key.startsWith("upn:") && key !== gives ? "freed" : "given";
}

/** Compares a row with those before it. */
export function standingOf({ keys, trace }: Footprint, traces: RowTraces): Standing {
  for (const earlier of traces.of(keys[0] ?? "")) {
    if (isSame(earlier, trace)) return { kind: "duplicate", of: earlier.row };
    if (earlier.isWritten && (earlier.mask & trace.mask) !== 0) break;
  }
  const isOfEdge = (keys[0] ?? "").startsWith("edge:");
  const after = new Set<number>();
  for (const [at, key] of keys.entries()) {
    const namesOnly = isOfEdge && at > 0;
    for (const earlier of traces.of(key)) {
      if (!earlier.isWritten || (namesOnly && isEdgeEnd(earlier))) continue;
      // A rename's further keys are names: who deletes the user of that name only frees it.
      const isNameOnly = at > 0 && key.startsWith("upn:") && !isOfEdge;
      if (earlier.deletes && !isNameOnly) return { kind: "deleted", by: earlier.row };
      after.add(earlier.row);
      if (isOfEdge || !isEdgeEnd(earlier)) break;
    }
  }
  return { kind: "free", after: after.size === 0 ? NONE : [...after].toSorted((a, b) => a - b) };
}

/** Compares a create with earlier rows about the same name: one deletes it, or creates it with the same values. */
export function createStanding(
  { keys, trace }: Footprint,
  traces: RowTraces,
): Exclude<Standing, { kind: "free" }> | undefined {
  for (const earlier of traces.of(keys[0] ?? "")) {
    if (earlier.deletes) return { kind: "deleted", by: earlier.row };
    if (earlier.creates && isSame(earlier, trace)) return { kind: "duplicate", of: earlier.row };
  }
  return undefined;
}

/** The earlier row that creates the user of this name, if there is one. */
export const creatorOf = (name: string, traces: RowTraces): number | undefined =>
  latest(traces, nameKey(name), (earlier) => earlier.isWritten && earlier.creates)?.row;

/** The earlier rows that create an object which is named so. */
export const creatorsNamed = (alias: string, traces: RowTraces): readonly number[] =>
  [...traces.of(alias)].flatMap(({ row, creates: isCreate }) => (isCreate ? row : []));

/** An earlier row that gives what is named so to another object than the one that has it now. */
export function giverOf(alias: string, objectId: string, traces: RowTraces): number | undefined {
  for (const { isWritten, deletes, row } of traces.of(alias)) {
    if (isWritten && !deletes && !isAbout(row, objectId, traces)) return row;
  }
  return undefined;
}

/** The last of the earlier rows after which the name belongs to another user, or to none. */
export function nameChangeOf(
  name: string,
  traces: RowTraces,
): { readonly kind: "created" | "given" | "freed"; readonly row: number } | undefined {
  for (const { isWritten, creates: isCreate, name: change, row } of traces.of(nameKey(name))) {
    if (!isWritten) continue;
    if (isCreate) return { kind: "created", row };
    if (change !== undefined) return { kind: change, row };
  }
  return undefined;
}

/** The earlier row that renames the user of this key, if there is one. */
export function renamerOf(key: string, traces: RowTraces): number | undefined {
  const found = latest(traces, key, (earlier) => earlier.creates || earlier.name !== undefined);
  return found?.name === undefined ? undefined : found.row;
}

/** Whether this row is about the object. */
export const isAbout = (row: number, objectId: string, traces: RowTraces): boolean =>
  latest(traces, `object:${objectId}`, (earlier) => earlier.row === row) !== undefined;

/** The earlier row that deletes the object of this key, if there is one. */
export const deletedBy = (key: string, traces: RowTraces): number | undefined =>
  latest(traces, key, ({ deletes }) => deletes)?.row;

/** The last earlier row that deletes or restores the object, if it restores it. */
export function restorerOf(objectId: string, traces: RowTraces): number | undefined {
  const last = latest(traces, `object:${objectId}`, (each) => each.deletes || !!each.restores);
  return last?.restores ? last.row : undefined;
}

/** Whether an earlier row sets properties of the object, so that its present state is no guide. */
export const isTouched = (objectId: string, traces: RowTraces): boolean =>
  isKeyTouched(`object:${objectId}`, traces);

/** Whether an earlier row sets properties of what the key names. */
export const isKeyTouched = (key: string, traces: RowTraces): boolean =>
  latest(traces, key, ({ isWritten, mask }) => isWritten && mask !== 0) !== undefined;

/** Whether a row before `row` writes what `key` names. */
export const isWrittenBefore = (row: number, key: string, traces: RowTraces): boolean =>
  latest(traces, key, (earlier) => earlier.isWritten && earlier.row < row) !== undefined;

const isSame = (a: Trace, b: Trace): boolean =>
  a.effect.high === b.effect.high && a.effect.low === b.effect.low;

function latest(traces: RowTraces, key: string, is: (trace: Trace) => boolean): Trace | undefined {
  for (const trace of traces.of(key)) if (is(trace)) return trace;
  return undefined;
}

/**
 * What a row does to `key` with its values, those left out that name objects. The order of its cells makes no
 * difference, nor does the case of a user's name.
 */
function effectOf(operation: string, key: string, values: Payload, named: readonly string[]) {
  const sorted: [string, unknown][] = [];
  for (const name of Object.keys(values)) {
    if (named.includes(name)) continue;
    const value = values[name];
    const isCaseless = typeof value === "string" && CASELESS.includes(name);
    sorted.push([name, isCaseless ? value.toLowerCase() : value]);
  }
  if (sorted.length > 1) sorted.sort(([a], [b]) => (a < b ? -1 : 1));
  return digestOf(JSON.stringify([operation, key, sorted]));
}

/** A user's names are the same in any case; mailNickname is made of userPrincipalName by default. */
const CASELESS = ["userPrincipalName", "mailNickname"];

const maskOf = (names: readonly string[]): number => {
  let mask = 0;
  for (const name of names) mask |= bitOf(name);
  return mask >>> 0;
};

/** The bits of property names: as many as the operations have fields. */
const bits = new Map<string, number>();

function bitOf(name: string): number {
  const known = bits.get(name);
  if (known !== undefined) return known;
  const bit = 1 << (digestOf(name).low & 31);
  bits.set(name, bit);
  return bit;
}
