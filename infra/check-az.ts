import { spawn, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { type AzCommand, azCommandsIn, problemsOf } from "./check/az-commands.ts";

/**
 * `npm run check:az`: compares every az command of the pages, the scripts and the workflows with the help
 * of the Azure CLI that is on PATH. Takes a minute or two; left out if there is none.
 */

const root = join(import.meta.dirname, "..");
const places = ["README.md", "docs/*.md", "infra/*.md", "infra/**/*.sh", ".github/workflows/*.yml"];

/** Commands that a CLI older than the one we ask for does not know, and the version that brought them. */
const newer: Readonly<Record<string, string>> = {
  "bicep build-params": "2.49",
  "functionapp list-flexconsumption-locations": "2.60",
};

/** The help, and whether this CLI broke over it: Debian's fails on modules that are newer than itself. */
async function helpOf(words: readonly string[]): Promise<{ help: string; broke: boolean }> {
  const child = spawn("az", [...words, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  const [help, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { help, broke: /ImportError|ModuleNotFoundError|command has been moved/.test(errors) };
}

/** The command's help, undefined if this CLI broke over it; a word that is no part of it, as in "az login again", is dropped. */
async function findHelp({ words, options }: AzCommand): Promise<string | undefined> {
  for (let length = words.length; length > 0; length--) {
    const { help, broke } = await helpOf(words.slice(0, length));
    if (broke) return undefined;
    const isWhole = length === words.length;
    // A group by its name alone, without an option, is prose.
    if (isWhole && options.length === 0 && /^Group$/m.test(help)) return "Command\n";
    if (help !== "") return help;
  }
  return "";
}

if (spawnSync("az", ["version"], { stdio: "ignore" }).status !== 0) {
  console.log("left out: the Azure CLI (az) is not on PATH");
} else {
  const commands = globSync(places, { cwd: root }).flatMap((path) =>
    azCommandsIn(path, readFileSync(join(root, path), "utf8")),
  );
  const byWords = new Map<string, AzCommand[]>();
  for (const each of commands) {
    const words = each.words.join(" ");
    byWords.set(words, [...(byWords.get(words) ?? []), each]);
  }
  const problems: string[] = [];
  for (const [words, all] of byWords) {
    const [one] = all;
    if (one === undefined) continue;
    const help = await findHelp(one);
    if (help === undefined) {
      console.log(`unseen   az ${words}: this Azure CLI breaks over it`);
      continue;
    }
    const version = newer[words];
    const [missing] = problemsOf({ ...one, options: [] }, help);
    if (missing !== undefined && version !== undefined) {
      console.log(`newer    az ${words}: it takes az ${version}`);
      continue;
    }
    const found = missing === undefined ? all.flatMap((each) => problemsOf(each, help)) : [missing];
    console.log(`${found.length === 0 ? "ok      " : "wrong   "} az ${words} (${all.length})`);
    problems.push(...found);
  }
  for (const each of new Set(problems)) console.error(each);
  console.log(`${commands.length} commands, ${byWords.size} different`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
