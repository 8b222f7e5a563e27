/** A timer's parsed schedule. */
export interface Schedule {
  readonly expression: string;
  /**
   * The first occurrence strictly after `afterMs`, in milliseconds since the epoch, in UTC as on
   * Azure; `undefined` if none comes within a hundred years (30 February).
   */
  next(afterMs: number): number | undefined;
  /** Whether it runs more than once a minute: the host then stores no status (TimerSchedule.cs). */
  readonly isSubMinute: boolean;
  /** What the function is told of it. */
  readonly adjustsForDst: boolean;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const MONTHS =
  "january february march april may june july august september october november december";
const DAYS = "sunday monday tuesday wednesday thursday friday saturday";

const FIELDS: readonly Field[] = [
  { name: "second", min: 0, max: 59 },
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, words: MONTHS.split(" ") },
  { name: "day of the week", min: 0, max: 6, words: DAYS.split(" ") },
];

/**
 * Parses an NCRONTAB expression as the library of that name does: six fields with seconds (five mean
 * without), lists, ranges, steps (`5/15` is from 5 on), names by any prefix, Sunday is 0 and 7 is
 * refused; day and day of the week must **both** match, unlike in Unix cron.
 *
 * @throws TypeError that names the field.
 */
export function parseSchedule(expression: string): Schedule {
  const texts = expression.trim().split(/\s+/);
  if (texts.length === 5) texts.unshift("0");
  if (texts.length !== 6)
    throw new TypeError(`The schedule "${expression}" has ${texts.length} fields, not six.`);
  const sets = FIELDS.map((field, index) => {
    try {
      return parseField(field, texts[index] ?? "");
    } catch (error) {
      const { message } = error as Error;
      const what = `The schedule "${expression}" is invalid in its ${field.name}: ${message}`;
      throw new TypeError(what, { cause: error });
    }
  });
  const next = (afterMs: number): number | undefined => findNext(sets, afterMs);
  const everyMinute = texts.slice(1).every((text) => text === "*");
  const isSubMinute = everyMinute && (sets[0]?.size ?? 0) > 1;
  return { expression, next, isSubMinute, adjustsForDst: true };
}

const PART = /^(?<first>[^-/]+)(?:-(?<last>[^-/]+))?(?:\/(?<step>\d+))?$/;

function parseField(field: Field, text: string): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const { first, last, step } = PART.exec(part)?.groups ?? {};
    if (first === undefined) throw new TypeError(`"${part}" is not a value, range or step`);
    const every = Number(step ?? 1);
    if (every < 1) throw new TypeError(`a step of ${every} never moves`);
    const [from, to] = parseRange(field, first, last, step !== undefined);
    for (let value = from; value <= to; value += every) values.add(value);
  }
  return values;
}

function parseRange(
  field: Field,
  first: string,
  last: string | undefined,
  isStepped: boolean,
): [number, number] {
  if (first === "*" && last === undefined) return [field.min, field.max];
  const from = parseValue(field, first);
  if (last === undefined) return [from, isStepped ? field.max : from];
  const to = parseValue(field, last);
  return from <= to ? [from, to] : [to, from];
}

function parseValue({ min, max, words }: Field, text: string): number {
  const word = text.toLowerCase();
  const named = words?.findIndex((name) => name.startsWith(word)) ?? -1;
  const value = /^\d+$/.test(text) ? Number(text) : named >= 0 ? named + min : Number.NaN;
  if (!(value >= min && value <= max)) throw new TypeError(`"${text}" is not in ${min}-${max}`);
  return value;
}

/** Goes from year to second, skipping every unit that does not match as a whole. */
function findNext(sets: readonly ReadonlySet<number>[], afterMs: number): number | undefined {
  const [seconds, minutes, hours, days, months, weekdays] = sets;
  const at = new Date(Math.floor(afterMs / 1000) * 1000 + 1000);
  const lastYear = at.getUTCFullYear() + 100;
  while (at.getUTCFullYear() <= lastYear) {
    if (!months?.has(at.getUTCMonth() + 1)) {
      at.setUTCMonth(at.getUTCMonth() + 1, 1);
      at.setUTCHours(0, 0, 0);
    } else if (!days?.has(at.getUTCDate()) || !weekdays?.has(at.getUTCDay())) {
      at.setUTCDate(at.getUTCDate() + 1);
      at.setUTCHours(0, 0, 0);
    } else if (!hours?.has(at.getUTCHours())) {
      at.setUTCHours(at.getUTCHours() + 1, 0, 0);
    } else if (!minutes?.has(at.getUTCMinutes())) {
      at.setUTCMinutes(at.getUTCMinutes() + 1, 0);
    } else if (!seconds?.has(at.getUTCSeconds())) {
      at.setUTCSeconds(at.getUTCSeconds() + 1);
    } else return at.getTime();
  }
  return undefined;
}
