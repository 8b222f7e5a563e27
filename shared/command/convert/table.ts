/** Rows of texts below a header, read once. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly string[]>;
}
