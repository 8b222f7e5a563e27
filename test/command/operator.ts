import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

import { readyFacts } from "../cloud/ready-facts.ts";
import type { Stage } from "../stage/stage.ts";

const main = resolve(import.meta.dirname, "../../shared/command/main.ts");

const CTRL_C = "\u0003";

/** What came back from one call of the command. */
export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** A person at a keyboard: the command as a process of its own, in a folder of its own. */
export interface Operator extends Disposable {
  readonly folder: string;
  /** What `npm start -- --keep` writes about its cloud. */
  readonly ready: string;
  /** Writes a file that can then be sent; its path. */
  file(name: string, content: string): string;
  /** Types a command; nothing is a terminal. */
  type(...words: readonly string[]): Promise<Said>;
  /** Types it with other variables set. */
  typeWith(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Said>;
  /** Types it at a terminal, and answers what it asks; all that the terminal shows is `out`. */
  typeAtTerminal(answer: string, ...words: readonly string[]): Promise<Said>;
  /** Types it, and ends it as `kill` does with the signal, once what it says on stderr matches. */
  endWith(signal: NodeJS.Signals, at: RegExp, ...words: readonly string[]): Promise<Said>;
  /** Types it at a terminal, and then Ctrl-C, once what the terminal shows matches. */
  typeCtrlC(at: RegExp, ...words: readonly string[]): Promise<Said>;
  /** Types it with `--output json`; what came back. @throws Error if the exit code is not 0 */
  json<T>(...words: readonly string[]): Promise<T>;
}

interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** When a command gets a signal: once what it says on stderr matches. */
interface Ending {
  readonly at: RegExp;
  readonly signal: NodeJS.Signals;
}

/** Runs the command in a folder, without the settings of whoever runs the tests. */
export async function runCommand(
  words: readonly string[],
  { cwd, env = {}, end }: Place & { readonly end?: Ending },
): Promise<Said> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [main, ...words], {
    cwd,
    env: { PATH, HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let shown = "";
  child.stderr.on("data", (piece: Buffer) => {
    shown += piece.toString("utf8");
    if (end?.at.test(shown)) child.kill(end.signal);
  });
  const ended = new Promise<number | null>((done) => child.on("exit", done));
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, error };
}

/** Runs it under script (util-linux), which gives it a terminal. */
async function atTerminal(
  words: readonly string[],
  { at, typed }: { readonly at: RegExp; readonly typed: string },
  { cwd, env }: Place,
): Promise<Said> {
  const { PATH = "" } = process.env;
  const line = [process.execPath, main, ...words].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    cwd,
    env: { PATH, HOME: cwd, SHELL: "/bin/sh", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (shown: string) => {
    out += shown;
    if (at.test(out) && child.stdin.writable) child.stdin.end(typed);
  });
  const code = await new Promise<number | null>((done) => child.on("close", done));
  // What was drawn again counts as it stood last, without the terminal's own commands.
  // oxlint-disable-next-line no-control-regex -- a terminal's commands are what is taken out
  const last = out.replaceAll(/\r\u001B\[K[^\r\n]*(?=\r\u001B)/g, "");
  // oxlint-disable-next-line no-control-regex -- as above
  const shown = last.replaceAll(/\u001B\[\d*[A-Z]|\r/g, "");
  return { code, out: shown, error: "" };
}

/** An operator of what is on the stage, who says `--local`. */
export function createOperator({ cloud }: Stage): Operator {
  const folder = mkdtempSync(join(tmpdir(), "operator-"));
  // What --local does, without its second process; story.test.ts types it once.
  const env = {
    ...cloud.env(),
    AZURE_TENANT_ID: cloud.home.tenantId,
    AZURE_CLIENT_ID: cloud.tools.clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: cloud.tools.certificateFile,
    BATCH_ACCOUNT: cloud.home.storageAccount,
  };
  const typeWith: Operator["typeWith"] = (more, ...words) =>
    runCommand(words, { cwd: folder, env: { ...env, ...more } });
  const type: Operator["type"] = (...words) => typeWith({}, ...words);
  const ready = join(folder, "local-cloud.json");
  writeFileSync(ready, JSON.stringify(readyFacts(cloud)), { mode: 0o600 });
  return {
    folder,
    ready,
    file: (name, content) => {
      writeFileSync(join(folder, name), content);
      return name;
    },
    type,
    typeWith,
    typeAtTerminal: (answer, ...words) =>
      atTerminal(words, { at: /\[y\/N\]/, typed: `${answer}\n` }, { cwd: folder, env }),
    endWith: (signal, at, ...words) => runCommand(words, { cwd: folder, env, end: { at, signal } }),
    typeCtrlC: (at, ...words) => atTerminal(words, { at, typed: CTRL_C }, { cwd: folder, env }),
    json: async <T>(...words: readonly string[]) => {
      const said = await type(...words, "--output", "json");
      if (said.code !== 0) throw new Error(`${words.join(" ")}: ${said.code}\n${said.error}`);
      return JSON.parse(said.out) as T;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
