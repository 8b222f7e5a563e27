/** The value of a JSON text; `undefined` where it is none: cut off, HTML, empty. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
