/** What an input must not exceed (docs/messages.md: limits). */
export interface Limits {
  /** Of the JSON text, before base64: what is left of a queue's 64 KiB after it. */
  readonly messageBytes: number;
  readonly rows: number;
  readonly fileBytes: number;
  /** Of one row as the input has it, UTF-8. */
  readonly rowBytes: number;
}

export const limits: Limits = {
  messageBytes: 48 * 1024,
  rows: 1_000_000,
  fileBytes: 1024 ** 3,
  rowBytes: 64 * 1024,
};
