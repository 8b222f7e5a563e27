import { createCounts, createFlights } from "./counts.ts";
import { createCrossing } from "./crossing.ts";
import type { Easing } from "./easing.ts";
import { createGrid } from "./grid.ts";
import type { LimitKind, PaceSettings } from "./pace-settings.ts";
import type { Loss, PacedAnswer, Refusal } from "./paced-answer.ts";
import { createRecent, type Sent } from "./recent.ts";
import { createTrouble, USE_ROUNDED_BY } from "./trouble.ts";

/** An answer that does not come is waited for this long before another post finds out the same. */
const ANSWER_WITHIN_MS = 5_000;

/** The most that the first post holds if the bucket may be empty. */
const FIRST_POST = 5;
/** The part of the inflow that is counted on while nothing is known of neighbors. */
const UNKNOWN_INFLOW = 0.5;

/** When requests may leave: every instant is an argument, on one monotonic clock. */
export interface Pace {
  /** The earliest instant of the next grant, as known now. */
  dueAt(): number;
  /** The most that the next grant should take. */
  most(now: number): number;
  /** Books `amount`, asked for at `askedAt`, as leaving at `now`, which is not before `dueAt()`. */
  grant(amount: number, now: number, askedAt: number): void;
  /** Corrects a booking whose true amount is known by now; less than booked is negative. */
  correct(amount: number, now: number): void;
  /** A post was answered. Returns whether its refusals mean that the quota is exhausted. */
  answered(answer: PacedAnswer, now: number): boolean;
  /** Graph refused a whole post. */
  refuse(refusal: Refusal, now: number): void;
  /** No answer came to a post, or none that took or refused it for the quota. */
  lost(loss: Loss, now: number): void;
  /** Graph does not answer: single requests find out whether it is back (outage.ts). */
  isAway(): boolean;
  /** Graph asked for a pause without saying that the quota is used up. */
  pause(forMs: number, now: number): void;
  /** What may leave per second now. */
  ratePerSecond(now: number): number;
  /** The part of the whole quota that was taken between the first grant and the last. */
  shareUsed(): number;
  /** Until when nothing leaves, because Graph asked so; in the past if it did not. */
  heldUntil(): number;
  /** For a later pace of the same quota; `undefined` if nothing was refused. */
  easing(): Easing | undefined;
  /** What was sent since `easing().easedAt`. */
  sentSinceEased(): number;
  /**
   * What was sent within the last window; `undefined` if nothing is known. If what was sent before
   * `startAt` is not known, it counts as the whole quota.
   */
  recent(now: number): readonly Sent[] | undefined;
  /** Whether the limit was found to be a bucket or a window. */
  kind(): LimitKind | undefined;
}

/**
 * When the next request may leave, so that a quota is used and not overdrawn. Graph's limits are
 * published as token buckets that fill evenly (throttling-limits). Graph does not tell how full ours is,
 * except above 80 % use, so:
 *
 * - *Start.* If it is known what was sent within the last window, the rest of the quota is taken to be
 *   there (grid.ts): a bucket holds at least that, and so does a sliding window. The first post finds
 *   out: until it is answered nothing else leaves. If what was sent is not known, the bucket counts as
 *   empty. In both cases nothing leaves before one burst and a half have flowed in. If the bucket may be empty,
 *   the first posts leave one after the other (`oneByOne`), the first of them small: a neighbor then refuses parts
 *   of one post, not of all that would be under way, and Graph's answer to the first tells how much is there.
 * - *Stock.* Posts leave as fast as they are asked for, until the stock is used, Graph says that the
 *   quota is used up (x-ms-throttle-limit-percentage), or refuses.
 * - *Crossing.* After a stock more is sent within one window than the quota, which a sliding window would
 *   refuse: single requests find out (crossing.ts).
 * - *Fed.* Then at the rate at which the quota fills, less what easing.ts takes off; and if Graph tells that little
 *   is left, not before a burst is there by what it told.
 * - *Held.* After a refusal that means an exhausted quota (refusals.ts) nothing leaves for the longest
 *   wait that was asked. A stray refusal holds nothing.
 * - *Away.* If posts fail in a row (outage.ts), nothing leaves for a while, and then one request at a time.
 *   A lone failure holds nothing.
 *
 * Pure: every instant is an argument, on one monotonic clock.
 */
export function createPace(settings: PaceSettings): Pace {
  const state = openState(settings);
  const { counts, trouble, crossing, grid } = state;
  return {
    dueAt: () => dueAt(state),
    most: (now) =>
      state.crossedAt === undefined && !trouble.isAway()
        ? Math.min(crossing.most(now), trouble.most(now), mostAtFirst(state))
        : 1,
    grant: (amount, now, askedAt) => grant(state, amount, now, askedAt),
    correct: (amount, now) => {
      grid.correct(amount, now);
      counts.correct(amount);
    },
    answered: (answer, now) => answered(state, answer, now),
    refuse: (refusal, now) => {
      land(state, refusal.grantedAt, 0);
      exhausted(state, refusal, now);
    },
    lost: (loss, now) => {
      land(state, loss.grantedAt, 0);
      trouble.lost(loss, now);
    },
    isAway: () => trouble.isAway(),
    pause: (forMs, now) => trouble.pause(forMs, now),
    ratePerSecond: (now) => trouble.rate(now) * 1000,
    shareUsed: () => counts.shareUsed(),
    heldUntil: () => trouble.heldUntil(),
    easing: () => trouble.easing(),
    sentSinceEased: () => counts.sent() - (trouble.easing()?.sent ?? 0),
    recent: (now) => recentOf(state, now),
    kind: () => crossing.kind(),
  };
}

/** The parts of a pace, and the one instant that they share. */
interface State {
  readonly settings: PaceSettings;
  readonly counts: ReturnType<typeof createCounts>;
  readonly trouble: ReturnType<typeof createTrouble>;
  readonly recent: ReturnType<typeof createRecent>;
  readonly crossing: ReturnType<typeof createCrossing>;
  readonly grid: ReturnType<typeof createGrid>;
  readonly flights: ReturnType<typeof createFlights>;
  /** When the request left that finds out the limit's kind, until it is answered. */
  crossedAt: number | undefined;
}

function openState(settings: PaceSettings): State {
  const { quota, burst, startAt } = settings;
  const counts = createCounts(settings);
  const trouble = createTrouble(settings, counts);
  const recent = createRecent(settings.windowMs, settings.recent ?? []);
  const isKnown = settings.recent !== undefined && trouble.isFull(startAt);
  const rest = isKnown ? quota - recent.within(startAt) : 0;
  const stock = rest >= 2 * burst ? rest : 0;
  return {
    settings,
    counts,
    trouble,
    recent,
    crossing: createCrossing(settings, recent, stock > 0),
    grid: createGrid({ rate: trouble.rate, burst, stock, startAt }),
    flights: createFlights(ANSWER_WITHIN_MS),
    crossedAt: undefined,
  };
}

/** While stock is used, what is under way is at most what was taken, and half of what is left. */
function waitsForAnswer(state: State): boolean {
  const { crossedAt, flights, crossing, grid, trouble } = state;
  if (crossedAt !== undefined) return true;
  const { underWay, taken, lastAt } = flights.state();
  if (trouble.isAsked(lastAt)) return true;
  if (underWay > 0 && isOneByOne(state)) return true;
  if (underWay > crossing.trust(lastAt, underWay)) return true;
  return grid.hasStock() && underWay > Math.min(taken, grid.stock(lastAt) / 2);
}

/** Whether somebody else may have emptied the bucket, and nothing was refused yet. */
const isOneByOne = ({ settings, counts, grid, trouble }: State): boolean =>
  counts.sent() < (settings.oneByOne ?? 0) && !grid.hasStock() && !trouble.hasEased();

/** The first post finds out how much is there, if Graph tells. */
const mostAtFirst = (state: State): number =>
  isOneByOne(state) && state.counts.sent() === 0 ? FIRST_POST : Number.POSITIVE_INFINITY;

function dueAt(state: State): number {
  const { settings, trouble, crossing, grid, flights } = state;
  const by = isOneByOne(state) ? UNKNOWN_INFLOW : 1;
  const answerBy = waitsForAnswer(state)
    ? flights.state().lastAt + ANSWER_WITHIN_MS
    : settings.startAt;
  return Math.max(
    grid.dueAt(),
    trouble.heldUntil(),
    crossing.roomAt(),
    answerBy,
    grid.hasStock() ? answerBy : trouble.roomAt(settings.burst, by),
  );
}

function grant(state: State, amount: number, now: number, askedAt: number): void {
  const { grid, counts, recent, flights, crossing } = state;
  grid.book(amount, { now, askedAt, due: dueAt(state) });
  counts.grant(amount, now);
  recent.add(amount, now);
  flights.grant(amount, now);
  state.crossedAt = crossing.isToFindOut(now) ? now : undefined;
}

/** A post is no longer under way. Returns what was sent after it. */
function land(state: State, grantedAt: number | undefined, taken: number): number {
  if (grantedAt !== undefined && grantedAt === state.crossedAt) state.crossedAt = undefined;
  return state.flights.land(grantedAt, taken);
}

function answered(state: State, answer: PacedAnswer, now: number): boolean {
  const { settings, counts, trouble, crossing, grid } = state;
  const { grantedAt, parts, used } = answer;
  const taken = parts.filter((part) => part === "taken").length;
  if (grantedAt === state.crossedAt) {
    if (taken > 0) crossing.taken();
    else if (parts.includes("refused")) crossing.refused();
  }
  const sentAfter = land(state, grantedAt, taken);
  const isExhausted = trouble.judge(answer, { now, sentAfter, hasStock: grid.hasStock() });
  const amount = parts.filter((part) => part === "refused").length;
  crossing.notCounted(amount, grantedAt);
  if (isExhausted) exhausted(state, { ...answer, amount }, now);
  else counts.refuse(amount);
  if (used !== undefined) {
    // The most that can be left: Graph is asked again with each post, and the stock keeps one burst back. Of an empty
    // quota no inflow is counted: all of it may be what was rounded away.
    const flowedIn = trouble.isDry(now) ? 0 : (now - grantedAt) * trouble.rate(now);
    grid.limitStock((1 + USE_ROUNDED_BY - used) * settings.quota + flowedIn - sentAfter, now);
  }
  return isExhausted;
}

function exhausted({ grid, crossing, trouble }: State, refusal: Refusal, now: number): void {
  const isOurGuess = grid.hasStock() || crossing.isBeyond(now);
  if (crossing.isBeyond(now)) crossing.refusedAll();
  const isAgain = trouble.hasEased();
  trouble.exhausted(refusal, { now, isOurGuess });
  if (isOurGuess || isAgain || trouble.isDry(now))
    grid.restart(refusal.amount, trouble.inflow(now), now);
}

function recentOf({ settings, counts, recent }: State, now: number): readonly Sent[] | undefined {
  const { quota, startAt, windowMs } = settings;
  if (settings.recent || now - startAt > windowMs) return recent.all(now);
  return counts.sent() === 0 ? undefined : [{ at: startAt, amount: quota }, ...recent.all(now)];
}
