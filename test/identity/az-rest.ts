import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

/*
 * `az rest` as far as docs/own-api.md uses it: the request goes to Graph with the given token, and the
 * queries `name` and `list[?name=='value'].name` are understood.
 */
const AZ = `#!${process.execPath}
const words = process.argv.slice(2);
const option = (name) => words[words.indexOf(name) + 1];
const has = (name) => words.includes(name);
if (words[0] !== "rest") throw new Error("only az rest is known: az " + words.join(" "));
const answer = await fetch(option("--url"), {
  method: option("--method"),
  headers: { authorization: "Bearer " + process.env.admin, "content-type": "application/json" },
  ...(has("--body") && { body: JSON.stringify(JSON.parse(option("--body"))) }),
});
const body = await answer.json();
if (!answer.ok) throw new Error(answer.status + " " + JSON.stringify(body));
const query = has("--query") ? option("--query") : "";
const filter = /^(\\w+)\\[\\?(\\w+)=='([^']*)'\\]\\.(\\w+)$/.exec(query);
const [, list, name, value, wanted] = filter ?? [];
const found = filter ? body[list].find((each) => each[name] === value)?.[wanted] : body[query];
if (option("--output") === "tsv") console.log(found);
`;

/** Runs shell commands whose `az` is the one above; returns what they print. */
export async function runWithAz(
  commands: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "az-"));
  try {
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(join(folder, "az"), AZ, { mode: 0o755 });
    const env = { ...process.env, ...variables, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    const { stdout } = await promisify(execFile)("bash", ["-euc", commands], { env });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
