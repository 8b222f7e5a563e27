/** A value that its field's rule accepted, or the rule it breaks, in words and without the value. */
export type FieldResult<T = unknown> = { readonly value: T } | { readonly broken: string };

/** One column of an operation, under Graph's name. `T` is what its rule makes of a cell. */
export interface Field<
  T = unknown,
  Required extends boolean = boolean,
  Clearable extends boolean = boolean,
> {
  readonly required: Required;
  /** Whether `(clear)` or JSON null may set it to null. */
  readonly clearable: Clearable;
  /** What they set it to if Graph takes no null: a list has no entries then. */
  readonly empty?: T;
  /** A list of which what it does not name is taken away, or not kept: one that was cut off would do harm. */
  readonly isWhole?: true;
  /** Reads a CSV cell (a non-empty string) or a JSON value other than null. */
  readonly read: (raw: unknown) => FieldResult<T>;
}

/** An operation's columns by name. */
export type Fields = Readonly<Record<string, Field>>;

/** A row's checked values by column: null if the row clears it, absent if the row leaves it alone. */
export type Payload = Readonly<Record<string, unknown>>;

type RequiredColumns<F extends Fields> = {
  [Column in keyof F]: F[Column] extends Field<unknown, true> ? Column : never;
}[keyof F];
type ValueOf<F> = F extends Field<infer T> ? T : never;
type Cleared<F> = F extends Field<unknown, boolean, true> ? null : never;

/** The payload that the rules of these columns make. It has no other column. */
export type PayloadOf<F extends Fields> = {
  readonly [Column in RequiredColumns<F>]: ValueOf<F[Column]> | Cleared<F[Column]>;
} & {
  readonly [Column in Exclude<keyof F, RequiredColumns<F>>]?:
    | ValueOf<F[Column]>
    | Cleared<F[Column]>
    | undefined;
};

/** The values that a row gives: a cleared cell gives none. */
export const givenIn = (row: Payload): Payload =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => (value ?? null) !== null));

/** Whether a column is named after passwords, in a few languages. No input may hold any. */
export const isPassword = (name: string): boolean =>
  /passw(or)?d|passwort|kennwort|passphrase|passcode|motdepasse|contrasena|pwd/.test(
    name
      .normalize("NFD")
      .toLowerCase()
      .replace(/[^a-z]/g, ""),
  );
