import type { Verdict } from "../../shared/catalogue/row.ts";
import type { Snapshot, SnapshotObject } from "../cloud/graph/graph.ts";

/**
 * What a batch must come to, worked out without a line of the product: the rows are carried out one
 * after the other on a model of the directory. Written from CONTRACT's words and Graph's rules, so
 * that product and oracle agree only if both are right.
 */
export interface Oracle {
  /** By row, 1 for the first. */
  readonly verdicts: readonly Verdict[];
  readonly directory: Model;
}

/** One row as the file has it. */
export type FileRow = Readonly<Record<string, string>>;

interface Person {
  readonly id: string;
  readonly values: Record<string, unknown>;
}

/** Users by id and name, groups by id with their members. */
export class Model {
  readonly byId = new Map<string, Person>();
  readonly byName = new Map<string, Person>();
  readonly groups = new Map<string, { values: SnapshotObject["values"]; members: Set<string> }>();
  readonly deleted = new Set<string>();

  constructor(before: Snapshot) {
    for (const { id, values } of before.users) this.add({ id, values: { ...values } });
    for (const { id, values, members } of before.groups) {
      this.groups.set(id, { values, members: new Set(members) });
    }
  }

  add(person: Person): void {
    this.byId.set(person.id, person);
    this.byName.set(String(person.values["userPrincipalName"]).toLowerCase(), person);
  }

  remove(person: Person): void {
    this.byId.delete(person.id);
    this.byName.delete(String(person.values["userPrincipalName"]).toLowerCase());
    // Its memberships stay, out of sight, until it is purged (Graph reference, delta query).
    this.deleted.add(person.id);
  }

  find(ref: string): Person | undefined {
    return this.byId.get(ref.toLowerCase()) ?? this.byName.get(ref.toLowerCase());
  }

  group(ref: string): string | undefined {
    if (this.groups.has(ref.toLowerCase())) return ref.toLowerCase();
    const named = [...this.groups].filter(([, { values }]) => values["displayName"] === ref);
    return named.length === 1 ? named[0]?.[0] : undefined;
  }
}

/** The values a CSV row sets, empty cells left out. */
const valuesOf = (row: FileRow): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([name, cell]) => cell !== "" && !["operation", "user", "group", "member"].includes(name),
    ),
  );

/** A name that Graph takes. */
const isName = (name: string): boolean =>
  /^[A-Za-z0-9'._!#^~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(name);
const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const refOk = (ref: string): boolean => isGuid(ref) || isName(ref);

/** Carries the rows out on a copy of the directory, as if nothing could go wrong on the way. */
export function predict(before: Snapshot, rows: readonly FileRow[]): Oracle {
  const model = new Model(before);
  const seen = new Set<string>();
  const gone = new Set<string>();
  const verdicts = rows.map((row): Verdict => {
    const key = JSON.stringify(Object.entries(row).filter(([, cell]) => cell !== ""));
    if (seen.has(key)) return "skipped";
    const verdict = carryOut(model, row, gone);
    if (verdict !== "failed") seen.add(key);
    return verdict;
  });
  return { verdicts, directory: model };
}

function carryOut(model: Model, row: FileRow, gone: Set<string>): Verdict {
  const { operation = "", user = "", group = "", member = "" } = row;
  if (operation === "user.create") return create(model, row);
  if (["user.update", "user.disable", "user.delete"].includes(operation)) {
    if (!refOk(user)) return "failed";
    if (gone.has(user.toLowerCase())) return "skipped";
    const person = model.find(user);
    if (!person) return "failed";
    if (operation === "user.disable") return set(person, { accountEnabled: false });
    if (operation === "user.update") {
      const values = valuesOf(row);
      return Object.keys(values).length === 0 ? "failed" : set(person, values);
    }
    model.remove(person);
    gone.add(user.toLowerCase());
    return "done";
  }
  if (operation !== "group.add-member" && operation !== "group.remove-member") return "failed";
  const groupId = group === "" ? undefined : model.group(group);
  if (groupId === undefined || !refOk(member)) return "failed";
  const { values, members } = model.groups.get(groupId)!;
  const isDynamic = (values["groupTypes"] as string[]).includes("DynamicMembership");
  const person = model.find(member);
  if (isDynamic || !person) return "failed";
  const isMember = members.has(person.id);
  if (operation === "group.add-member") members.add(person.id);
  else members.delete(person.id);
  return isMember === (operation === "group.add-member") ? "unchanged" : "done";
}

function create(model: Model, row: FileRow): Verdict {
  const name = row["userPrincipalName"] ?? "";
  if (!isName(name) || (row["displayName"] ?? "") === "") return "failed";
  const existing = model.find(name);
  const values = { ...valuesOf(row), accountEnabled: true, mailNickname: name.split("@")[0] };
  if (existing) return isSame(existing, values) ? "unchanged" : "failed";
  model.add({ id: `new:${name.toLowerCase()}`, values });
  return "done";
}

const isSame = ({ values }: Person, wanted: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(wanted).every(([name, value]) => (values[name] ?? null) === value);

function set(person: Person, values: Readonly<Record<string, unknown>>): Verdict {
  if (isSame(person, values)) return "unchanged";
  Object.assign(person.values, values);
  return "done";
}
