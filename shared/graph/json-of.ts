/** Parses JSON; `undefined` if the text is not valid JSON (truncated, HTML, empty). */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
