/**
 * Sets this process' idea of the date off from the machine's, for everybody in it, MSAL and the SDKs
 * too; timers keep their pace. Answers a function that moves it on.
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
