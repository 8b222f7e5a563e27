import { setTimeout as sleep } from "node:timers/promises";

const second = (): number => Math.floor(Date.now() / 1000);

/** Waits until the wall clock shows another second. One sleep is not enough: it may end a millisecond early. */
export async function nextSecond(): Promise<void> {
  const now = second();
  while (second() === now) await sleep(1000 - (Date.now() % 1000));
}
