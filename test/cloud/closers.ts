/** What must be closed in the end, or when the start of something else fails. */
export interface Closers {
  /** Remembers a part that is being opened, and hands it through. */
  track<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T>;
  /** Remembers an action of its own. */
  add(close: () => Promise<void>): void;
  /** Waits for what is still opening and closes everything, latest first. */
  closeAll(): Promise<void>;
}

export function createClosers(): Closers {
  const closers: (() => Promise<void>)[] = [];
  return {
    track(opening) {
      closers.push(async () => {
        const [opened] = await Promise.allSettled([opening]);
        // What failed to open has nothing to close; its caller has the reason.
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
