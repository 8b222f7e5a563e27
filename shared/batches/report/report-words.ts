import type { Verdict } from "../../catalogue/row.ts";
import { CLEAR } from "../input/compile-row.ts";

/** The verdicts in the order in which the page shows them, with what each means. */
export const MEANINGS: readonly (readonly [Verdict, string])[] = [
  ["failed", "not changed: see reason and fix"],
  ["held", "waiting for a person's decision"],
  ["pending", "not written"],
  ["skipped", "not needed, or impossible, because of another row"],
  ["unchanged", "already as requested"],
  ["done", "changed"],
];

/** Text of the input or of Graph, made harmless for HTML text and quoted attributes. */
export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

export const number = (count: number): string => count.toLocaleString("en");

export const rowsOf = (count: number): string => `${number(count)} ${count === 1 ? "row" : "rows"}`;

/** An instant to the second, UTC, as HTML. */
export const instant = (at: string): string =>
  `<time datetime="${escape(at)}">${escape(at.slice(0, 19).replace("T", " "))} UTC</time>`;

/** A duration in the unit that suits its length. */
export function span(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`;
}

/** A value of the input in one cell; a value that is neither text nor empty as JSON. */
export function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return CLEAR;
  return typeof value === "string" ? value : JSON.stringify(value);
}
