import * as v from "valibot";

const name = v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9-]*$/));
const sentence = v.pipe(v.string(), v.regex(/^\S.*[.]$/));

/** A column: its cells keep the rule of a column of an operation, written `user.disable/user`. */
const column = v.strictObject({
  about: sentence,
  like: v.pipe(v.string(), v.regex(/^[a-z]+\.[a-z-]+\/\w+$/)),
  /** In CSV, one cell with | between. */
  list: v.optional(v.literal(true)),
  required: v.optional(v.literal(true)),
});

const step = v.strictObject({
  name,
  operation: v.pipe(v.string(), v.regex(/^[a-z]+\.[a-z-]+$/)),
  /**
   * The cells of its rows: text, or `{name}` for the value of a column or of something that was read;
   * `{one|other}` is the first of them that has a value. A word may stand before it, as in `mail:{address}`.
   */
  cells: v.record(v.string(), v.string()),
  /** Takes the columns of its operation as cells, too. */
  allColumns: v.optional(v.literal(true)),
  /** One part for each item of this list, which its cells call `{each}`. */
  each: v.optional(name),
  /** One part for all items of this list, which its cells call `{all}`. */
  all: v.optional(name),
  /** But for the items that this list has, too. */
  except: v.optional(name),
  /** Only if this, or one of these with | between, has a value; a list has one if it is not empty. */
  when: v.optional(v.pipe(v.string(), v.regex(/^\w+(\|\w+)*$/))),
  /** What is said, as a skipped part, if the list has items and `when` has no value. */
  otherwise: v.optional(sentence),
  /** Whether the parts after it need it; they go on without it by default. */
  onFailure: v.optional(v.picklist(["goOn", "stop"])),
});

/** A recipe as its file has it. */
export const recipeFile = v.strictObject({
  version: v.literal(1),
  name,
  summary: sentence,
  /** The column that names the user whose memberships and so on are read. */
  reads: v.optional(name),
  /** Takes the columns of this operation. */
  columnsOf: v.optional(v.string()),
  columns: v.record(name, column),
  /** Cells of a row, as a CSV file has them. */
  example: v.record(v.string(), v.string()),
  steps: v.pipe(v.array(step), v.minLength(1), v.maxLength(50)),
});

/** A recipe as its file has it. */
export type RecipeFile = v.InferOutput<typeof recipeFile>;
/** One step of it. */
export type RecipeStep = RecipeFile["steps"][number];

/** What can be read of the user whom a row names, and what its items or values are. */
export const facts = {
  /** The groups that they are assigned to: none that is dynamic, synced, role-assignable or only for mail. */
  groups: "list",
  /** The products that are assigned to them directly, not by a group. */
  licenses: "list",
  /** The users whom they manage. */
  reports: "list",
  /** Their manager. */
  manager: "value",
} as const;
/** One of them. */
export type Fact = keyof typeof facts;

export const isFact = (text: string): text is Fact => Object.hasOwn(facts, text);
