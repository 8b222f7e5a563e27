/** A constant in a filter. Dates and GUIDs are written without quotes. */
export type Literal =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "date"; readonly value: number }
  | { readonly type: "guid"; readonly value: string }
  | { readonly type: "null" };

export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

/** `a/b`, `tags/$count`; inside a lambda the first step is its variable. */
export type PropertyPath = readonly string[];

/** A parsed `$filter`. */
export type Expression =
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "not"; readonly of: Expression }
  | {
      readonly kind: "compare";
      readonly operator: Comparison;
      readonly path: PropertyPath;
      readonly value: Literal;
    }
  | { readonly kind: "in"; readonly path: PropertyPath; readonly values: readonly Literal[] }
  | {
      readonly kind: "call";
      readonly name: "startsWith" | "endsWith" | "contains";
      readonly path: PropertyPath;
      readonly value: string;
    }
  | {
      readonly kind: "lambda";
      readonly quantifier: "any" | "all";
      readonly path: PropertyPath;
      /** Without a body, `any()` tests whether there is an entry. */
      readonly variable: string | undefined;
      readonly body: Expression | undefined;
    };
