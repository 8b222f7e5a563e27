type Version = readonly number[];

const VERSION = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-[\w.-]+)?(?:\+[\w.-]+)?$/;
const FLOATING = /^(?:\*|(\d+(?:\.\d+){0,2})\.\*)$/;

/**
 * Whether a range of NuGet's, such as `[4.0.0, 5.0.0)`, `4.*` or `4.1.0` (that or later), contains a version 4:
 * the extension bundles of this host. Only Azure knows which versions 4 there are.
 *
 * @throws TypeError if it is no range.
 */
export function allowsBundle4(range: string): boolean {
  const text = range.trim();
  const [, open, inner = "", close] = /^([[(])([^[\]()]*)([\])])$/.exec(text) ?? [];
  if (open === undefined) return compare(lowest(text, range), [5, 0, 0, 0]) < 0;
  const parts = inner.split(",").map((part) => part.trim());
  const [from = "", to = from] = parts;
  if (
    parts.length > 2 ||
    (parts.length === 1 && `${open}${close}` !== "[]") ||
    `${from}${to}` === ""
  )
    throw noRange(range);
  const low = from === "" ? [0, 0, 0, 0] : lowest(from, range);
  const high = to === "" ? [9e9, 0, 0, 0] : parse(to, range);
  const isBelow5 = compare(low, [5, 0, 0, 0]) < 0;
  const order = compare(high, compare(low, [4, 0, 0, 0]) > 0 ? low : [4, 0, 0, 0]);
  const isFromIncluded = open === "[" || compare(low, [4, 0, 0, 0]) < 0;
  return isBelow5 && (order > 0 || (order === 0 && close === "]" && isFromIncluded));
}

/** The lowest version of a start, which may float: `4.*`. */
function lowest(text: string, range: string): Version {
  const floating = FLOATING.exec(text);
  return floating ? parse(floating[1] ?? "0", range) : parse(text, range);
}

function parse(text: string, range: string): Version {
  const parts = VERSION.exec(text);
  if (!parts) throw noRange(range);
  return parts.slice(1, 5).map((part) => Number(part ?? 0));
}

const noRange = (range: string): TypeError =>
  new TypeError(`"${range}" is not a range of versions such as [4.0.0, 5.0.0)`);

function compare(one: Version, other: Version): number {
  for (const [at, part] of one.entries()) if (part !== other[at]) return part - (other[at] ?? 0);
  return 0;
}
