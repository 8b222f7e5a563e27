/** A JSON Schema with the 2020-12 keywords that the OpenAPI data uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
  readonly if?: Schema;
  readonly then?: Schema;
}

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
};

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

const patterns = new Map<string, RegExp>();
const patternOf = (source: string): RegExp => {
  let pattern = patterns.get(source);
  if (!pattern) patterns.set(source, (pattern = new RegExp(source)));
  return pattern;
};

/** Checks values against schemas whose `$ref`s point into `definitions`. */
export class SchemaChecker {
  readonly #definitions: Readonly<Record<string, Schema>>;

  constructor(definitions: Readonly<Record<string, Schema>>) {
    this.#definitions = definitions;
  }

  /** The mistakes in `value`, each with its place; empty if there are none. */
  check(schema: Schema, value: unknown, at = "$"): string[] {
    const found: string[] = [];
    this.#visit(schema, value, at, found);
    return found;
  }

  #resolve(reference: string): Schema {
    const schema = this.#definitions[reference.slice(reference.lastIndexOf("/") + 1)];
    if (!schema) throw new TypeError(`no schema ${reference}`);
    return schema;
  }

  #visit(schema: Schema, value: unknown, at: string, found: string[]): void {
    if (schema.$ref !== undefined) this.#visit(this.#resolve(schema.$ref), value, at, found);
    if (schema.type !== undefined && !fitsType(schema.type, value)) {
      found.push(`${at}: is ${typeOf(value)}, not ${[schema.type].flat().join(" or ")}`);
      return;
    }
    if ("const" in schema && value !== schema.const) found.push(`${at}: is not the constant`);
    if (schema.enum && !schema.enum.includes(value)) found.push(`${at}: is none of the enum`);
    if (typeof value === "string") checkText(schema, value, at, found);
    if (typeof value === "number") checkNumber(schema, value, at, found);
    if (Array.isArray(value)) this.#array(schema, value, at, found);
    else if (typeof value === "object" && value !== null) {
      this.#object(schema, value as Readonly<Record<string, unknown>>, at, found);
    }
    this.#combined(schema, value, at, found);
  }

  #combined(schema: Schema, value: unknown, at: string, found: string[]): void {
    for (const part of schema.allOf ?? []) this.#visit(part, value, at, found);
    if (schema.anyOf) {
      const tries = schema.anyOf.map((part) => this.check(part, value, at));
      if (tries.every((errors) => errors.length > 0)) {
        const best = tries.reduce((least, errors) =>
          errors.length < least.length ? errors : least,
        );
        found.push(...best);
      }
    }
    if (schema.not && this.check(schema.not, value, at).length === 0) {
      found.push(`${at}: is what it must not be`);
    }
    if (schema.if && schema.then && this.check(schema.if, value, at).length === 0) {
      this.#visit(schema.then, value, at, found);
    }
  }

  #array(schema: Schema, value: readonly unknown[], at: string, found: string[]): void {
    if (schema.minItems !== undefined && value.length < schema.minItems)
      found.push(`${at}: too few`);
    if (schema.maxItems !== undefined && value.length > schema.maxItems)
      found.push(`${at}: too many`);
    const { items } = schema;
    if (items) value.forEach((entry, index) => this.#visit(items, entry, `${at}[${index}]`, found));
  }

  #object(
    schema: Schema,
    value: Readonly<Record<string, unknown>>,
    at: string,
    found: string[],
  ): void {
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) found.push(`${at}: lacks ${name}`);
    }
    const patternProperties = Object.entries(schema.patternProperties ?? {});
    for (const [name, entry] of Object.entries(value)) {
      const place = `${at}.${name}`;
      const own =
        schema.properties && Object.hasOwn(schema.properties, name)
          ? schema.properties[name]
          : undefined;
      if (own) this.#visit(own, entry, place, found);
      const matching = patternProperties.filter(([source]) => patternOf(source).test(name));
      for (const [, part] of matching) this.#visit(part, entry, place, found);
      if (own || matching.length > 0) continue;
      if (schema.additionalProperties === false) found.push(`${place}: no such property`);
      else if (typeof schema.additionalProperties === "object") {
        this.#visit(schema.additionalProperties, entry, place, found);
      }
    }
  }
}

function fitsType(type: string | readonly string[], value: unknown): boolean {
  const actual = typeOf(value);
  return [type].flat().some((one) => one === actual || (one === "number" && actual === "integer"));
}

function checkText(schema: Schema, value: string, at: string, found: string[]): void {
  if (schema.minLength !== undefined && value.length < schema.minLength)
    found.push(`${at}: too short`);
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
    found.push(`${at}: does not match ${schema.pattern}`);
  }
  if (schema.format === "date-time" && !DATE_TIME.test(value)) found.push(`${at}: is no date-time`);
  if (schema.format === "uri" && !URL.canParse(value)) found.push(`${at}: is no URI`);
}

function checkNumber(schema: Schema, value: number, at: string, found: string[]): void {
  if (schema.minimum !== undefined && value < schema.minimum)
    found.push(`${at}: below the minimum`);
  if (schema.maximum !== undefined && value > schema.maximum)
    found.push(`${at}: above the maximum`);
}
