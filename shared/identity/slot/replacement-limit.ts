/** Entra answers a loop of token requests with AADSTS50196, so replacements are limited. */
const MOST = 5;
const WITHIN_MS = 60_000;

/** Returns a function that says whether one more usable token may be replaced at `nowMs`, and counts it. */
export function createReplacementLimit(): (nowMs: number) => boolean {
  const replacedAtMs: number[] = [];
  return (nowMs) => {
    while ((replacedAtMs[0] ?? nowMs) <= nowMs - WITHIN_MS) replacedAtMs.shift();
    if (replacedAtMs.length >= MOST) return false;
    replacedAtMs.push(nowMs);
    return true;
  };
}
