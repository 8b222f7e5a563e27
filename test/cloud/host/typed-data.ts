import type { TypedData } from "./protocol.ts";

/** A date as the host's JSON writer gives it: no fraction where it is zero, and always an offset. */
export const hostDate = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.?0*Z$/, "+00:00");

/**
 * A property of a JSON object as text, the way the host's JSON library turns one into a string;
 * `undefined` for null, which the host passes over.
 */
export function propertyText(value: string | number | boolean | null): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

export const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

/** Utility.IsJson: what looks like an object or an array, read or not. */
export const looksLikeJson = (text: string): boolean => /^\s*(?:\{[^]*\}|\[[^]*\])\s*$/.test(text);

/** What the worker returned, as the host holds it (GrpcMessageConversionExtensions.ToObject). */
export function fromTypedData(data: TypedData | null | undefined): unknown {
  if (!data) return null;
  if (data.json !== undefined) return JSON.parse(data.json) as unknown;
  return data.string ?? data.bytes ?? data.int ?? data.double ?? null;
}
