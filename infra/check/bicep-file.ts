import type { ObjectValue, Value } from "./value.ts";

/** A mistake: its place, and what would be right. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** `param`, `output`, `type` or `var`. */
export interface Declaration {
  readonly keyword: "param" | "output" | "type" | "var";
  readonly name: string;
  readonly description: string | undefined;
  /** The type as written; empty for a variable. */
  readonly type: string;
  /** Default, output or variable; of a type the object that describes it. */
  readonly value: Value | undefined;
  readonly line: number;
}

/** A resource, nested ones included, each by its whole type. */
export interface Resource {
  readonly symbol: string;
  /** `Microsoft.Storage/storageAccounts/queueServices`, without the version. */
  readonly type: string;
  readonly version: string;
  readonly existing: boolean;
  readonly conditional: boolean;
  /** Made by `[for … in …]`. */
  readonly body: Value;
  readonly line: number;
}

export interface Module {
  readonly symbol: string;
  readonly path: string;
  readonly conditional: boolean;
  readonly body: ObjectValue;
  readonly line: number;
}

/** One .bicep or .bicepparam file. */
export interface BicepFile {
  readonly path: string;
  readonly text: string;
  /** What the parser could not read. */
  readonly problems: readonly Finding[];
  readonly targetScope: string | undefined;
  readonly extensions: readonly string[];
  /** Files whose types are imported. */
  readonly imports: readonly string[];
  readonly declarations: readonly Declaration[];
  readonly resources: readonly Resource[];
  readonly modules: readonly Module[];
}

/** The declarations with one keyword. */
export const declared = (file: BicepFile, keyword: Declaration["keyword"]): Declaration[] =>
  file.declarations.filter((each) => each.keyword === keyword);

/** The literal words of `type x = 'a' | 'b'`. */
export const wordsOf = (type: string): string[] =>
  [...type.matchAll(/'([^']*)'/g)].map(([, word = ""]) => word);
