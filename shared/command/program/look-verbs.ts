import type { Command } from "commander";

import type { ListOptions } from "../verbs/list.ts";
import type { ReportOptions } from "../verbs/report.ts";
import type { ShowOptions } from "../verbs/show.ts";
import { countOf, rowsOf, statesOf } from "./values.ts";
import { type OpenDesk, runs } from "./verb.ts";

/** The verbs that change nothing. */
export function addLooks(program: Command, openDesk: OpenDesk): void {
  const list = program
    .command("list")
    .description("List batches, the latest first.")
    .option(
      "--state <states>",
      "only those that are held, running …; several with commas",
      statesOf,
    )
    .option("--last <number>", "at most so many", countOf, 20);
  runs<ListOptions>(list, openDesk, async (desk, _, options) =>
    (await import("../verbs/list.ts")).list(desk, options),
  );
  const show = program
    .command("show <batch>")
    .description("Show how a batch stands, why, its plan, its guards and what can be done next.")
    .option(
      "--rows <rows>",
      "its rows instead: failed, held, done … or numbers; with commas",
      rowsOf,
    )
    .option("--last <number>", "at most so many rows", countOf, 50);
  runs<ShowOptions>(show, openDesk, async (desk, [batch = ""], options) =>
    (await import("../verbs/show.ts")).show(desk, batch, options),
  );
  const watch = program
    .command("watch <batch>")
    .description(
      "Follow a batch until it ends or needs a decision: verdicts, writes a second, time left. A batch that was just sent is waited for.",
    );
  runs(watch, openDesk, async (desk, [batch = ""]) =>
    (await import("../verbs/watch.ts")).watch(desk, batch),
  );
  const report = program
    .command("report <batch>")
    .description("Download a batch's reports and open the page.")
    .option("--to <folder>", "where to; otherwise a folder with the batch's name")
    .option("--all", "everything that is kept of it, to verify it elsewhere")
    .option("--no-open", "do not open the page");
  runs<ReportOptions>(report, openDesk, async (desk, [batch = ""], options) =>
    (await import("../verbs/report.ts")).report(desk, batch, options),
  );
  const find = program
    .command("find <object>")
    .description(
      "Find a person or another object in all batches, finished or running, by user principal name or object id.",
    );
  runs(find, openDesk, async (desk, [object = ""]) =>
    (await import("../verbs/find.ts")).find(desk, object),
  );
}
