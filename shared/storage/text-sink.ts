import { once } from "node:events";
import { PassThrough } from "node:stream";

import type { Blobs } from "./types.ts";

/** Text is collected to about this many characters before it is passed on. */
const GATHERED = 64 * 1024;

/** A blob written piece by piece, as fast as storage accepts it. It appears whole, at `end`. */
export interface TextSink {
  /** Adds text, and answers whether so much is waiting that `flush` has to be called. */
  add(text: string): boolean;
  /** Passes on what is waiting. */
  flush(): Promise<void>;
  /** `add` and, if needed, `flush`. */
  write(text: string): Promise<void>;
  end(): Promise<void>;
  /** Leaves no blob behind. */
  abort(): Promise<void>;
}

/** Begins a blob; an error of storage is thrown by the next call. */
export function openTextSink(blobs: Blobs, path: string): TextSink {
  const body = new PassThrough();
  body.on("error", () => undefined);
  const written = blobs.writeStream(path, body);
  written.catch(() => body.destroy());
  let gathered = "";
  const pass = async (): Promise<void> => {
    if (body.destroyed) return void (await written);
    const isRoomy = body.write(gathered, "utf8");
    gathered = "";
    if (!isRoomy) await Promise.race([once(body, "drain"), written]);
  };
  const add = (text: string): boolean => {
    gathered += text;
    return gathered.length >= GATHERED;
  };
  return {
    add,
    flush: pass,
    write: async (text) => {
      if (add(text)) await pass();
    },
    end: async () => {
      if (gathered !== "") await pass();
      body.end();
      await written;
    },
    abort: async () => {
      body.destroy(new Error("it was given up"));
      await written.catch(() => undefined);
    },
  };
}
