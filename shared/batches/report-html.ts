import type { Verdict, VerdictCounts } from "../catalogue/row.ts";
import { cellText } from "./report-csv.ts";
import type { Picked } from "./report-picks.ts";
import type { ReportRow } from "./report-rows.ts";
import { style } from "./report-style.ts";
import type { ReportSummary } from "./report-summary.ts";

/** The verdicts in the order a person wants to see them, with what each means. */
const MEANINGS: readonly (readonly [Verdict, string])[] = [
  ["failed", "did not happen; see why and what to do"],
  ["held", "wait for a person's decision"],
  ["pending", "not written"],
  ["skipped", "not tried: another row made them needless"],
  ["unchanged", "were so already"],
  ["done", "were changed"],
];

/** The columns that say what a row is about, in the order they are shown. */
const ABOUT = ["user", "userPrincipalName", "member", "group", "displayName"];

/**
 * The report for people: one page that loads nothing from anywhere, readable on a phone and in the
 * dark. What came from outside is escaped.
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
<p class="kind">Directory batch · ${escape(summary.state)}${summary.mode === "plan" ? " · mode plan" : ""}</p>
<h1>${escape(batch)}</h1>
<p class="lead">${lead(summary)}</p>
</header>
${note(summary)}
${tiles(verdicts)}
${bar(verdicts)}
${facts(summary)}
${reasons(picked)}
${table(picked, verdicts)}
<footer>Written ${instant(summary.finishedAt)}. report.csv and report.json beside this page hold every row.</footer>
</main>
</body>
</html>
`;
}

/** Text of outside, harmless in HTML text and quoted attributes. */
export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const total = (verdicts: VerdictCounts): number =>
  Object.values(verdicts).reduce((sum, count) => sum + count, 0);

const number = (count: number): string => count.toLocaleString("en");
const rowsOf = (count: number): string => `${number(count)} ${count === 1 ? "row" : "rows"}`;

/** The whole batch in one sentence. */
function lead({ state, verdicts }: ReportSummary): string {
  const rows = rowsOf(total(verdicts));
  if (state === "held") return `${rows}; nothing was written: a guard holds the batch.`;
  if (state === "planned") {
    return `${rows}; nothing was written: ${number(verdicts.pending)} would be in mode apply.`;
  }
  if (verdicts.failed === 0) {
    return `${rows}, all well: ${number(verdicts.done)} changed, the others needed nothing.`;
  }
  return `${rows}: ${number(verdicts.done)} changed, ${number(verdicts.failed)} failed and need a look.`;
}

const note = ({ reason, fix }: ReportSummary): string =>
  reason === undefined
    ? ""
    : `<section class="note"><p>${escape(reason)}</p>${fix === undefined ? "" : `<p><b>What to do:</b> ${escape(fix)}</p>`}</section>`;

const tiles = (verdicts: VerdictCounts): string =>
  `<section class="tiles" aria-label="Rows by verdict">${MEANINGS.map(
    ([verdict, meaning]) =>
      `<div class="tile ${verdict}${verdicts[verdict] === 0 ? " none" : ""}"><b>${number(verdicts[verdict])}</b><span>${verdict}</span><small>${meaning}</small></div>`,
  ).join("")}</section>`;

function bar(verdicts: VerdictCounts): string {
  const all = total(verdicts);
  const parts = MEANINGS.toReversed().filter(([verdict]) => verdicts[verdict] > 0);
  return `<div class="bar" role="img" aria-label="${parts.map(([verdict]) => `${verdict} ${verdicts[verdict]}`).join(", ")}">${parts
    .map(([verdict]) => `<i class="${verdict}" style="flex-grow:${verdicts[verdict] / all}" title="${verdict}: ${number(verdicts[verdict])}"></i>`)
    .join("")}</div>`;
}

function facts(summary: ReportSummary): string {
  const { plan } = summary;
  const operations = Object.entries(plan.operations)
    .map(([name, { rows, writes }]) => `${escape(name)} ${number(rows)} (${number(writes)} to write)`)
    .join("<br>");
  const permissions = Object.entries(plan.permissions)
    .map(([name, rows]) => `${escape(name)} (${rowsOf(rows)})`)
    .join("<br>");
  const guards = plan.guards
    .map(
      ({ guard, count, limit, setting, held }) =>
        `${number(count)} ${guard}, ${number(limit)} allowed by ${setting}${held ? " — held" : ""}`,
    )
    .join("<br>");
  const entries: [string, string][] = [
    ["Operations", operations],
    ["Source", summary.file === undefined ? "queue message" : `inbox/${escape(summary.file)}`],
    ["Tenant", `<code>${escape(summary.tenant)}</code>`],
    ["Accepted", instant(summary.acceptedAt)],
    ["Planned", instant(plan.plannedAt)],
    [summary.state === "finished" ? "Finished" : "Written", instant(summary.finishedAt)],
    ["Writes planned", `${number(plan.writes)}, about ${duration(plan.estimatedSeconds)} at the full quota`],
    ["Guards", guards],
    ["Permissions needed", permissions],
  ];
  return `<dl class="facts">${entries
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`)
    .join("")}</dl>`;
}

function reasons({ reasons: found }: Picked): string {
  if (found.length === 0) return "";
  return `<section><h2>Why</h2><ul class="reasons">${found
    .map(
      ({ verdict, reason, fix, rows, first }) =>
        `<li><b class="${verdict}">${rowsOf(rows)} ${verdict}</b> ${escape(reason)}${fix === undefined ? "" : ` <span class="fix">${escape(fix)}</span>`} <small>${rows === 1 ? "row" : "first: row"} ${number(first)}</small></li>`,
    )
    .join("")}</ul></section>`;
}

function table({ rows }: Picked, verdicts: VerdictCounts): string {
  const all = total(verdicts);
  const left =
    rows.length < all
      ? `<p class="cut">The ${number(rows.length)} rows that most need a look, of ${number(all)}. All are in report.csv.</p>`
      : "";
  return `<section><h2>Rows</h2>${left}<div class="scroll"><table>
<thead><tr><th>Row</th><th>Verdict</th><th>Operation</th><th>About</th><th>Reason and what to do</th><th>Proof</th></tr></thead>
<tbody>
${rows.map(tableRow).join("\n")}
</tbody></table></div></section>`;
}

function tableRow(row: ReportRow): string {
  const about = ABOUT.map((name) => cellText(row.cells[name]))
    .filter((text) => text !== "")
    .slice(0, 2)
    .map(escape)
    .join("<br>");
  const why = [
    row.reason === undefined ? "" : escape(row.reason),
    row.fix === undefined ? "" : `<span class="fix">${escape(row.fix)}</span>`,
  ]
    .filter((text) => text !== "")
    .join(" ");
  const sent = row.attempts !== undefined && row.attempts > 1 ? `sent ${row.attempts} times` : "";
  const proof = [row.objectId, row.requestId, row.status?.toString(), sent]
    .filter((text) => text !== undefined && text !== "")
    .map((text) => `<code>${escape(text ?? "")}</code>`)
    .join("<br>");
  const cells: readonly (readonly [string, string])[] = [
    ["Row", number(row.row)],
    ["Verdict", `<b class="${row.verdict}">${row.verdict}</b>`],
    ["Operation", escape(row.operation)],
    ["About", about],
    ["Why", why],
    ["Proof", proof],
  ];
  return `<tr>${cells
    .map(([name, content]) =>
      content === ""
        ? '<td class="empty"></td>'
        : `<td data-name="${name}"><div>${content}</div></td>`,
    )
    .join("")}</tr>`;
}

/** To the second, UTC. */
const instant = (at: string): string =>
  `<time datetime="${escape(at)}">${escape(at.slice(0, 19).replace("T", " "))} UTC</time>`;

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
