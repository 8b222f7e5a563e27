import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** The memory of a process, read twice a second until `end`. */
export interface MemoryWatch {
  /** Bytes, in the order of time; the process may be another one after a restart. */
  readonly samples: readonly { readonly atMs: number; readonly bytes: number }[];
  end(): void;
}

/** Watches the process that `pid` names at the time. */
export function watchMemory(pid: () => number | undefined): MemoryWatch {
  const samples: { atMs: number; bytes: number }[] = [];
  const timer = setInterval(() => {
    const bytes = residentBytes(pid());
    if (bytes !== undefined) samples.push({ atMs: performance.now(), bytes });
  }, 500);
  return { samples, end: () => clearInterval(timer) };
}

function residentBytes(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const kilobytes = existsSync("/proc/self/status")
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    // Between the end of one worker and the start of the next.
    return undefined;
  }
}

/** Processor seconds that a process has used; undefined if the system does not say. */
export function processorSeconds(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/stat`;
  if (pid === undefined || !existsSync(file)) return undefined;
  // Fields 14 and 15, in ticks of 10 ms; the name before them, in brackets, may hold spaces.
  const fields = readFileSync(file, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
