const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));

/**
 * What stack traces need of a source map (v3): where in the code another line of the sources begins. Node reads the
 * whole map at the first error whose stack is looked at, and keeps some 110 bytes for each entry as long as the
 * process lives. esbuild has an entry for each word of the code, which are 30 MB; of these 8 stay.
 */
export function leanMap(map: Uint8Array): Uint8Array {
  const whole = JSON.parse(new TextDecoder().decode(map)) as { mappings: string };
  // As a source map counts: each field but the first is relative to the entry before, of whatever line.
  let [source, line, column] = [0, 0, 0];
  let kept = { source: 0, line: 0, column: 0 };
  let isNew = true;
  const mappings = whole.mappings.split(";").map((entries) => {
    let [at, keptAt] = [0, 0];
    const lean: string[] = [];
    for (const entry of entries === "" ? [] : entries.split(",")) {
      const [by = 0, ...rest] = decode(entry);
      at += by;
      const [sourceBy = 0, lineBy = 0, columnBy = 0] = rest;
      [source, line, column] = [source + sourceBy, line + lineBy, column + columnBy];
      const isMapped = rest.length > 0;
      if (isMapped && !isNew && source === kept.source && line === kept.line) continue;
      const fields = [source - kept.source, line - kept.line, column - kept.column];
      lean.push([at - keptAt, ...(isMapped ? fields : [])].map(encode).join(""));
      keptAt = at;
      if (isMapped) kept = { source, line, column };
      // From here on the code is of no source: the next entry that has one counts.
      isNew = !isMapped;
    }
    return lean.join(",");
  });
  const lean = { ...whole, names: [], mappings: mappings.join(";") };
  return new TextEncoder().encode(JSON.stringify(lean));
}

/** The numbers of an entry in base 64: five bits a digit, the lowest first, of which the very first is the sign. */
function decode(entry: string): number[] {
  const numbers: number[] = [];
  let [number, shift] = [0, 0];
  for (const digit of entry) {
    const value = VALUES.get(digit);
    if (value === undefined) throw new Error("The source map has an unknown digit.");
    number |= (value & 31) << shift;
    shift += 5;
    if (value & 32) continue;
    numbers.push(number & 1 ? -(number >> 1) : number >> 1);
    [number, shift] = [0, 0];
  }
  return numbers;
}

function encode(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = "";
  do {
    const more = rest > 31 ? 32 : 0;
    text += DIGITS[(rest & 31) | more];
    rest >>= 5;
  } while (rest > 0);
  return text;
}
