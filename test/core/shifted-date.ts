/**
 * Shifts the date of this process by `byMs`, also for MSAL and the SDKs in it; timers keep their pace.
 * Returns a function that shifts it further.
 */
export function shiftDate(byMs: number): (moreMs: number) => void {
  const Real = Date;
  let offsetMs = byMs;
  const now = (): number => Real.now() + offsetMs;
  globalThis.Date = new Proxy(Real, {
    construct: (target, given: unknown[]) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  return (moreMs) => {
    offsetMs += moreMs;
  };
}
