/** An expression of a Bicep file, parsed as far as the checks need. */
export type Value =
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | ObjectValue
  | { readonly kind: "array"; readonly items: readonly Value[] }
  /** `[for … in …: body]`: an array of any number of these. */
  | { readonly kind: "loop"; readonly over: string; readonly body: Value }
  /** `condition ? … : …`. */
  | { readonly kind: "choice"; readonly branches: readonly [Value, Value] }
  /** Anything else, as source text: a reference, a call, an interpolated string. */
  | { readonly kind: "expression"; readonly text: string };

export interface ObjectValue {
  readonly kind: "object";
  readonly properties: readonly Property[];
}

export interface Property {
  /** As written, without quotes; an interpolated key keeps its `${…}`. */
  readonly name: string;
  readonly computed: boolean;
  readonly value: Value;
  readonly line: number;
  readonly description: string | undefined;
}

/** The object that a resource, module or loop body is made of; undefined if there is none. */
export function objectOf(value: Value | undefined): ObjectValue | undefined {
  if (value?.kind === "object") return value;
  return value?.kind === "loop" ? objectOf(value.body) : undefined;
}

/** The value at a path of property names; undefined if the path ends early. */
export function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  let present = value;
  for (const name of path) {
    present = objectOf(present)?.properties.find((each) => each.name === name)?.value;
  }
  return present;
}

/** The literal string at a path; undefined for anything else. */
export function textAt(value: Value | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return found?.kind === "string" ? found.text : undefined;
}

/** An expression as one line of source-like text, for messages and comparisons. */
export function written(value: Value | undefined): string {
  switch (value?.kind) {
    case undefined:
      return "nothing";
    case "string":
      return `'${value.text}'`;
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
      return "null";
    case "object":
      return `{${value.properties.map((each) => each.name).join(", ")}}`;
    case "array":
      return `[${value.items.map(written).join(", ")}]`;
    case "loop":
      return `[for ${value.over}: ${written(value.body)}]`;
    case "choice":
      return value.branches.map(written).join(" or ");
    case "expression":
      return value.text;
    default:
      throw new TypeError("An unknown kind of value.");
  }
}

/** The value and everything inside it. */
export function* everyValue(value: Value): Generator<Value> {
  yield value;
  if (value.kind === "object") for (const each of value.properties) yield* everyValue(each.value);
  if (value.kind === "array") for (const each of value.items) yield* everyValue(each);
  if (value.kind === "loop") yield* everyValue(value.body);
  if (value.kind === "choice") for (const each of value.branches) yield* everyValue(each);
}
