import type { Properties } from "./row.ts";

/** An object whose properties differ from every value that a row could set. */
export const unknowable: Properties = new Proxy({}, { get: (): unknown => unknowable });
