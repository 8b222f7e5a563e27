import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildInto } from "../../scripts/build.ts";
import { dist, outFolder } from "../stage/stage.ts";
import { doTasks } from "./tasks.ts";

/** Types every task of the runbook on the local cloud, and writes out/tour.md: what was typed, what came back. */
await buildInto(dist, "functions/index.ts");
const done = await doTasks(({ task, typed, said }) => {
  console.log(`\n${task}\n$ ${typed}\n${said.out}${said.error}(exit code ${said.code})`);
});
const cell = (text: string): string => text.trim().replaceAll("|", "\\|").replaceAll("\n", "<br>");
const rows = done.map(
  ({ task, typed, said }) =>
    `| ${task} | \`${typed}\` | ${cell(said.out || said.error)} | ${said.code} |`,
);
mkdirSync(outFolder, { recursive: true });
writeFileSync(
  join(outFolder, "tour.md"),
  [
    "# The operator's tasks, one command each",
    "",
    "| to | typed | came back | exit code |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n"),
);
console.log("\nwritten: out/tour.md");
