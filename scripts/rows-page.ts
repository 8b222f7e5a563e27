import { compileRow } from "../shared/batches/input/compile-row.ts";
import type { DoneRow } from "../shared/catalogue/inverse.ts";
import type { Found, Operation } from "../shared/catalogue/operation.ts";
import type { Payload } from "../shared/catalogue/payload.ts";
import { unknowable } from "../shared/catalogue/unknowable.ts";
import { toObjectId } from "../shared/core/object-id.ts";
import { isRecord } from "../shared/core/record.ts";
import { catalogue } from "../shared/operations/list.ts";

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const code = (text: string): string => `\`${text}\``;

/** The source of docs/rows.md. */
export function rowsPage(): string {
  const undone = Object.entries(catalogue).map(([name, operation]) =>
    row(`[${name}](#${name.replace(".", "")})`, ...undoCells(operation)),
  );
  return [
    "# Rows, operation by operation",
    "",
    "`npm run reference` writes this page from `shared/operations/`. How to send rows: [messages.md](messages.md).",
    "Each row that is written costs one of Graph's writes and one of its resource units.",
    "",
    ...Object.entries(catalogue).flatMap(([name, operation]) => section(name, operation)),
    "## How rows are undone",
    "",
    "What an undo does of each row that is done ([decisions.md](decisions.md#rerun-and-undo)).",
    "",
    row("row", "undone by", "only if", "takes the values before"),
    row("---", "---", "---", "---"),
    ...undone,
    "",
  ].join("\n");
}

function section(name: string, operation: Operation): readonly string[] {
  const fields = Object.entries(operation.fields);
  const required = fields.filter(([, field]) => field.required).map(([field]) => code(field));
  const optional = fields.filter(([, field]) => !field.required).map(([field]) => code(field));
  return [
    `## ${name}`,
    "",
    operation.summary,
    "",
    ...(operation.optIn ? [offByDefault(name), ""] : []),
    `- required: ${required.join(", ")}`,
    ...(optional.length > 0 ? [`- optional: ${optional.join(", ")}`] : []),
    `- application permissions, at most: ${operation.allPermissions.map(code).join(", ")}`,
    "",
    "```csv",
    csvExample(operation.example),
    "```",
    "",
    "```json",
    jsonExample(name, operation.example),
    "```",
    "",
  ];
}

const offByDefault = (name: string): string =>
  `Off by default: rows fail unless \`EXTRA_OPERATIONS\` names ${code(name)} ([threat-model.md](threat-model.md#what-is-off-by-default)).`;

const csvExample = (example: Operation["example"]): string =>
  [Object.keys(example), Object.values(example)]
    .map((cells) => cells.map(quoted).join(","))
    .join("\n");

const quoted = (cell: string): string =>
  /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/**
 * The example as a row in JSON: values have their own types there, and names stay as a sender writes them.
 *
 * @throws Error if the operation does not take its own example.
 */
function jsonExample(name: string, example: Operation["example"]): string {
  const cells = { operation: name, ...example };
  const compiled = compileRow({ row: 1, line: 1, cells }, { catalogue });
  if (!("payload" in compiled)) {
    throw new Error(`${name} does not take its example: ${compiled.invalid.reason}`);
  }
  const typed = Object.entries(example).map(([column, cell]) => {
    const value = compiled.payload[column];
    const isTyped = value === null || typeof value === "boolean" || Array.isArray(value);
    return `${JSON.stringify(column)}: ${isTyped || cell.startsWith("{") ? JSON.stringify(value) : JSON.stringify(cell)}`;
  });
  return `{${[`"operation": ${JSON.stringify(name)}`, ...typed].join(", ")}}`;
}

const id = toObjectId("0b0e5c0e-1111-4222-a333-444455556666");
const other = toObjectId("11111111-1111-4111-8111-111111111111");

/** The example of an operation as a row that was written and changed every value that it sets. */
function doneRowOf(operation: Operation): DoneRow {
  const payload = payloadOf(operation);
  const roles = Object.keys(operation.lookups(payload));
  const found = roles.map((role, at): [string, Found] => [
    role,
    { state: "found", id: at === 0 ? id : other, object: unknowable },
  ]);
  const decision = operation.decide(payload, Object.fromEntries(found));
  const set = ("write" in decision && decision.write.set) || { department: "after" };
  const before = Object.fromEntries(
    Object.entries(set).map(([name, value]) => [name, anotherThan(name, value)]),
  );
  return { object: id, group: other, set, before, daysAgo: 0 };
}

/** The checked cells of an operation's example. */
const payloadOf = (operation: Operation): Payload =>
  Object.fromEntries(
    Object.entries(operation.example).map(([column, cell]) => {
      const read = operation.fields[column]?.read(cell);
      return [column, read && "value" in read ? read.value : null];
    }),
  );

/** A row that created its object; `undefined` of an operation that creates none. */
function createdBy(operation: Operation): DoneRow | undefined {
  const payload = payloadOf(operation);
  const roles = Object.keys(operation.lookups(payload));
  const there = operation.fields["owner"] === undefined ? [] : ["owner"];
  const found = roles.map((role): [string, Found] => [
    role,
    there.includes(role) ? { state: "found", id: other, object: unknowable } : { state: "missing" },
  ]);
  const decision = operation.decide(payload, Object.fromEntries(found));
  return "write" in decision && decision.write.target.kind === "new"
    ? { object: id, set: decision.write.set ?? {}, before: {}, daysAgo: 0 }
    : undefined;
}

/** A value that a property could have had before. */
function anotherThan(name: string, value: unknown): unknown {
  if (name === "manager") return { id };
  if (name === "userType") return value === "Guest" ? "Member" : "Guest";
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return [];
  if (!isRecord(value)) return "before";
  return Object.fromEntries(Object.keys(value).map((part) => [part, "before"]));
}

/** By which operation a row is undone, under which condition, and whether it takes the values before. */
function undoCells(operation: Operation): readonly [string, string, string] {
  const { inverse } = operation;
  const doneRow = doneRowOf(operation);
  const made = inverse?.(doneRow);
  if (made === undefined || "why" in made) return ["nothing", "", ""];
  const old = inverse?.({ ...doneRow, daysAgo: 30 });
  const blind = inverse?.({ ...doneRow, before: undefined });
  const conditions = [
    ...(made.onlyIf ? ["its object still has what the row wrote"] : []),
    ...(old && "why" in old ? ["it was written in the last 30 days"] : []),
  ];
  const takesBefore = blind !== undefined && "why" in blind;
  const created = createdBy(operation);
  const ofCreated = created && inverse?.(created);
  const names = [ofCreated, made].flatMap((each) =>
    each && "operation" in each ? code(each.operation) : [],
  );
  const by = [...new Set(names)].join(" or ");
  return [by, conditions.join("; "), takesBefore ? "yes" : "no"];
}
