import { recordOf } from "../../core/record.ts";

/** The digest by which a plan, or what is held of it, is approved; `undefined` if it has none. */
export function digestIn(record: object | undefined): string | undefined {
  const { digest } = recordOf(record);
  return typeof digest === "string" ? digest : undefined;
}
