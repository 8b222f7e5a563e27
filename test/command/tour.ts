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
/** What came back, in a cell: its last lines, which say what became of it. */
const cell = (text: string): string => {
  const lines = text.trim().replaceAll("|", "\\|").split("\n");
  return [...(lines.length > 6 ? ["…"] : []), ...lines.slice(-6)].join("<br>");
};
const rows = done.map(
  ({ task, typed, said }) => `| ${task} | \`${typed}\` | ${cell(said.out)} | ${said.code} |`,
);
const whole = done.flatMap(({ task, typed, said }) => [
  `## To ${task}`,
  "",
  "```text",
  `$ ${typed}`,
  said.out.trim(),
  "```",
  "",
]);
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
    ...whole,
  ].join("\n"),
);
console.log("\nwritten: out/tour.md");
