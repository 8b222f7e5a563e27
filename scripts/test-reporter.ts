import type { TestEvent } from "node:test/reporters";

/**
 * Prints a test run for people: one line a file as it ends, every failure in full, what
 * was skipped and why, and the totals.
 */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  const failures: string[] = [];
  const perFile = new Map<string, number>();
  const secondsOf = new Map<string, number>();
  const started = performance.now();
  for await (const event of events) {
    if (event.type === "test:diagnostic" && event.data.message.startsWith("left out:")) {
      yield `  ${event.data.message}\n`;
    }
    if (event.type === "test:summary" && event.data.file !== undefined) {
      secondsOf.set(event.data.file, event.data.duration_ms / 1000);
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { data } = event;
    const isSuite = data.details.type === "suite";
    if (event.type === "test:fail") {
      // A suite fails with its tests; only its own failures are printed.
      const cause = event.data.details.error;
      if ("failureType" in cause && cause.failureType === "subtestsFailed") continue;
      failures.push(`${data.file ?? ""} › ${data.name}\n${detail(cause)}`);
      yield `FAIL ${short(data.file)} › ${data.name}\n`;
    } else if (!isSuite && data.file !== undefined) {
      passed += 1;
      perFile.set(data.file, (perFile.get(data.file) ?? 0) + 1);
    }
  }
  for (const [file, count] of [...perFile].toSorted(([a], [b]) => a.localeCompare(b)))
    yield `  ${String(count).padStart(4)}  ${short(file)}\n`;
  yield slowest(secondsOf);
  for (const failure of failures) yield `\n${failure}\n`;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  yield `\n${perFile.size} files in ${seconds} s\n${passed} passed, ${failures.length} failed\n`;
}

/** How many of the slowest files are named. */
const SLOWEST = 12;

/** The files that took longest: where a run of all tests spends its time. */
function slowest(secondsOf: ReadonlyMap<string, number>): string {
  const sorted = [...secondsOf].toSorted(([, a], [, b]) => b - a).slice(0, SLOWEST);
  const lines = sorted.map(([file, s]) => `  ${s.toFixed(1).padStart(6)} s  ${short(file)}\n`);
  return lines.length > 1 ? `\nSlowest files\n${lines.join("")}` : "";
}

const short = (file: string | undefined): string => (file ?? "").replace(/^.*?\/test\//, "test/");

/** The runner's error has what the test threw as its cause; that of a property has what broke it, and so on. */
function detail(error: Error): string {
  const lines: string[] = [];
  for (let each: unknown = error.cause ?? error; each instanceof Error; each = each.cause)
    lines.push(each.stack ?? each.message);
  return lines.length > 0 ? lines.join("\ncaused by ") : (error.stack ?? error.message);
}
