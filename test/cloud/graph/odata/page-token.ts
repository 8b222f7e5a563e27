import { createHmac } from "node:crypto";

/** The content of a page token. */
export interface PageMark {
  /** Where the next page begins. */
  readonly cursor: number | string;
  /** Directory time at which it was issued, milliseconds. */
  readonly issuedMs: number;
  /** Further data that one kind of listing needs. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const sign = (text: string): string =>
  createHmac("sha256", "page marks are opaque, not secret")
    .update(text)
    .digest("base64url")
    .slice(0, 12);

/** A mark as opaque text, in characters that URLs need not escape. */
export function sealMark(mark: PageMark): string {
  const text = Buffer.from(JSON.stringify(mark)).toString("base64url");
  return `${text}.${sign(text)}`;
}

/** The mark, or `undefined` if the text was not issued here or was changed. */
export function openMark(text: string): PageMark | undefined {
  const [body = "", seal] = text.split(".");
  if (seal !== sign(body)) return undefined;
  return JSON.parse(Buffer.from(body, "base64url").toString()) as PageMark;
}
