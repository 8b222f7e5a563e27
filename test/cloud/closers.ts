/** Collects the parts that must be closed at the end, or if another part fails to start. */
export interface Closers {
  /** Registers a part that is being opened, and returns it. */
  track<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T>;
  /** Registers a close action. */
  add(close: () => Promise<void>): void;
  /** Waits for parts that are still opening and closes everything, latest first. */
  closeAll(): Promise<void>;
}

export function createClosers(): Closers {
  const closers: (() => Promise<void>)[] = [];
  return {
    track(opening) {
      closers.push(async () => {
        const [opened] = await Promise.allSettled([opening]);
        // A part that failed to open needs no close; its caller has the reason.
        if (opened.status === "fulfilled") await opened.value.close();
      });
      return opening;
    },
    add: (close) => void closers.push(close),
    async closeAll() {
      for (const close of closers.splice(0).toReversed()) await close();
    },
  };
}
