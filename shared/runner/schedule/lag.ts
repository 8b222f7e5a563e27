/** Nothing takes longer to replicate than this; a row that is not seen then waits so long between its posts. */
const LONGEST_MS = 60_000;
/** The first guess after a miss, so that the next one is not a miss for sure. */
const FIRST_MS = 100;
/** One row is not seen: others wait a fifth longer, but no longer than a fifth more than that row had waited. */
const UP = 1.2;
/** One row is seen at once: others wait a little less. Some 5 % of the rows then are sent too early. */
const DOWN = 0.99;

/**
 * How long after its creation an object is seen everywhere, as learned from rows that were sent to objects
 * which this run created or restored: it begins with no wait, rises with each row that Graph does not see the
 * object of, and falls slowly. Pure: the age of an object comes in as an argument.
 */
export interface Lag {
  /** How long after its creation rows on an object wait, milliseconds. */
  ms(): number;
  /** Graph did not see an object of this age; answers how long its row waits. */
  missed(ageMs: number): number;
  /** Graph saw the object of a row when the row was sent first. */
  seen(): void;
}

/** Nothing is known yet. */
export function createLag(): Lag {
  let lagMs = 0;
  return {
    ms: () => lagMs,
    missed: (ageMs) => {
      lagMs = Math.min(LONGEST_MS, Math.max(lagMs, Math.min(UP * ageMs, raised(lagMs))));
      return Math.min(LONGEST_MS, Math.max(lagMs - ageMs, ageMs));
    },
    seen: () => {
      lagMs = lagMs < 1 ? 0 : lagMs * DOWN;
    },
  };
}

const raised = (lagMs: number): number => Math.max(FIRST_MS, UP * lagMs);
