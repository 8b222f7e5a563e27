import type { TypedData } from "./protocol.ts";

/** A date as the host's JSON writer prints it: without a zero fraction, always with an offset. */
export const hostDate = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.?0*Z$/, "+00:00");

/**
 * A property of a JSON object as text, as the host's JSON library converts it; `undefined` for null,
 * which the host skips.
 */
export function propertyText(value: string | number | boolean | null): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

export const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

/** Utility.IsJson: whether the text looks like an object or an array, valid or not. */
export const looksLikeJson = (text: string): boolean => /^\s*(?:\{[^]*\}|\[[^]*\])\s*$/.test(text);

/** The worker's result as the host represents it (GrpcMessageConversionExtensions.ToObject). */
export function fromTypedData(data: TypedData | null | undefined): unknown {
  if (!data) return null;
  if (data.json !== undefined) return JSON.parse(data.json) as unknown;
  return data.string ?? data.bytes ?? data.int ?? data.double ?? null;
}
