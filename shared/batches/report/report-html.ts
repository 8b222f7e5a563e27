import type { Verdict, VerdictCounts } from "../../catalogue/row.ts";
import type { Picked } from "./report-picks.ts";
import { details, incomplete, note, operations, origin, reasons } from "./report-sections.ts";
import { style } from "./report-style.ts";
import type { ReportSummary } from "./report-summary.ts";
import { table } from "./report-table.ts";
import { escape, instant, MEANINGS, number, rowsOf, span } from "./report-words.ts";
import { sumOf } from "./status.ts";
import { writeChart } from "./write-chart.ts";

/**
 * The report for people: one page that loads nothing, readable on a phone, in dark mode and on paper.
 * Every text of the input or of Graph is escaped.
 */
export function reportHtml(summary: ReportSummary, picked: Picked): string {
  const { batch, verdicts } = summary;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(batch)} · directory batch</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="kind">Directory batch · <b>${escape(summary.state)}</b> · mode ${summary.mode}</p>
<h1>${escape(batch)}</h1>
<p class="lead">${lead(summary)}</p>
<p class="facts">${facts(summary, picked)}</p>
</header>
${note(summary)}${incomplete(summary)}
${tiles(verdicts, picked)}
${bar(verdicts)}
${reasons(summary, picked)}
${operations(picked)}
${writeChart(picked.changes, summary.quotaPerSecond)}
${origin(summary)}
${details(summary)}
${table(summary, picked)}
<footer>Written ${instant(summary.finishedAt)}. report.csv and report.json in the same folder have every row.</footer>
</main>
</body>
</html>
`;
}

/** The whole batch in one sentence. */
function lead({ state, verdicts }: ReportSummary): string {
  const rows = rowsOf(sumOf(verdicts));
  if (state === "held") {
    return verdicts.done === 0
      ? `${rows}, nothing written: the batch is held.`
      : `${rows}: ${number(verdicts.done)} changed, ${number(verdicts.held)} held until somebody decides.`;
  }
  if (state === "planned") {
    const { pending } = verdicts;
    return pending === 0
      ? `${rows}, planned: nothing would be written.`
      : `${rows}, planned: ${number(pending)} would be written once the plan is approved.`;
  }
  const { done, failed } = verdicts;
  if (failed > 0) {
    return `${rows}: ${number(done)} changed, ${number(failed)} failed.`;
  }
  return done === sumOf(verdicts)
    ? `${rows}, all changed.`
    : `${rows}, none failed: ${number(done)} changed, the others needed no change.`;
}

function facts(
  { file, acceptedAt, finishedAt, state, tenant }: ReportSummary,
  { sent }: Picked,
): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(acceptedAt)) / 1000;
  const parts = [
    file === undefined ? "from a queue message" : `from inbox/${escape(file)}`,
    `accepted ${instant(acceptedAt)}`,
    ...(state === "finished" ? [`took ${span(seconds)}`] : []),
    ...(sent ? [sentInWords(sent)] : []),
    `tenant <code>${escape(tenant)}</code>`,
  ];
  return parts.join(" · ");
}

/** The rows that were sent, by the worst of their parts. */
function sentInWords(sent: VerdictCounts): string {
  const counts = MEANINGS.filter(([verdict]) => sent[verdict] > 0);
  return `${rowsOf(sumOf(sent))} sent: ${counts.map(([verdict]) => `${number(sent[verdict])} ${verdict}`).join(", ")}`;
}

/** A tile links to the first row of its verdict, if the page shows one. */
function tiles(verdicts: VerdictCounts, { rows }: Picked): string {
  const shown = new Set<Verdict>(rows.map(({ verdict }) => verdict));
  return `<nav class="tiles" aria-label="Rows by verdict">${MEANINGS.map(([verdict, meaning]) => {
    const inside = `<b>${number(verdicts[verdict])}</b><span>${verdict}</span><small>${meaning}</small>`;
    const classes = `tile ${verdict}${verdicts[verdict] === 0 ? " none" : ""}`;
    return shown.has(verdict)
      ? `<a class="${classes}" href="#${verdict}">${inside}</a>`
      : `<div class="${classes}">${inside}</div>`;
  }).join("")}</nav>`;
}

function bar(verdicts: VerdictCounts): string {
  const all = sumOf(verdicts);
  const parts = MEANINGS.toReversed().filter(([verdict]) => verdicts[verdict] > 0);
  const said = parts.map(([verdict]) => `${verdict} ${verdicts[verdict]}`).join(", ");
  return `<div class="bar" role="img" aria-label="${said}">${parts
    .map(
      ([verdict]) =>
        `<i class="${verdict}" style="flex-grow:${verdicts[verdict] / all}" title="${verdict}: ${number(verdicts[verdict])}"></i>`,
    )
    .join("")}</div>`;
}
