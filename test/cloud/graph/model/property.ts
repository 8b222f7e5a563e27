/** A property's type, as far as parsing and validation need it. */
export type PropertyType =
  | "string"
  | "boolean"
  | "integer"
  | "date"
  | "guid"
  | "strings"
  | "guids"
  | "complex"
  | "complexes";

/** The description of one property of a resource. */
export interface Property {
  readonly type: PropertyType;
  /** Returned without `$select`. */
  readonly byDefault: boolean;
  /** `read`: Graph sets it; `create`: only in the POST; `write`: any time; `unsupported`: stored elsewhere. */
  readonly access: "read" | "create" | "write" | "unsupported";
  /** Filter operators that work without advanced query parameters (`in` works if `eq` does). */
  readonly filter: readonly string[];
  /** Filter operators that need the advanced query parameters. */
  readonly advanced: readonly string[];
  readonly orderBy: "default" | "advanced" | "no";
  /** Null can be stored. */
  readonly nullable: boolean;
  readonly maxLength: number | undefined;
  /** The complex type's own properties that `$filter` may name. */
  readonly parts: Readonly<Record<string, PropertyType>> | undefined;
}

/** The resource's properties by name, in the order Graph prints them. */
export type Model = Readonly<Record<string, Property>>;

const list = (text: string | undefined): readonly string[] => (text ? text.split(",") : []);

/** Short form: `p("string", "default write eq,startsWith adv:ne,not,null order:adv max:64")`. */
export function p(
  type: PropertyType,
  words = "",
  parts?: Readonly<Record<string, PropertyType>>,
): Property {
  const has = new Set(words.split(" "));
  const valueOf = (prefix: string): string | undefined =>
    [...has].find((word) => word.startsWith(prefix))?.slice(prefix.length);
  const order = valueOf("order:");
  const max = valueOf("max:");
  return {
    type,
    byDefault: has.has("default"),
    access: has.has("write")
      ? "write"
      : has.has("create")
        ? "create"
        : has.has("unsupported")
          ? "unsupported"
          : "read",
    filter: list(valueOf("f:")),
    advanced: list(valueOf("adv:")),
    orderBy: order === "adv" ? "advanced" : order === "yes" ? "default" : "no",
    nullable: !has.has("required"),
    maxLength: max === undefined ? undefined : Number(max),
    parts,
  };
}

/** How an absent value of `property` is shown. */
export const defaultOf = (property: Property): unknown =>
  property.type === "strings" || property.type === "guids" || property.type === "complexes"
    ? []
    : null;
