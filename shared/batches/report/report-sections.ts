import { findingInWords } from "../../guards/caps.ts";
import type { RecordedDecision } from "../../records/decisions/control.ts";
import { whoInWords } from "../../records/who.ts";
import type { Picked } from "./report-picks.ts";
import type { ReportSummary } from "./report-summary.ts";
import { escape, instant, MEANINGS, number, rowsOf, span } from "./report-words.ts";

/** Why nothing of the batch was written, and what to do. */
export const note = ({ reason, fix }: ReportSummary): string =>
  reason === undefined
    ? ""
    : `<section class="note"><p>${escape(reason)}</p>${fix === undefined ? "" : `<p><b>What to do:</b> ${escape(fix)}</p>`}</section>`;

/** What the reports lack. */
export const incomplete = ({ lacks = [] }: ReportSummary): string =>
  lacks.length === 0
    ? ""
    : `<section class="note"><p><b>The reports are incomplete; the verdicts are not.</b></p>${lacks.map((what) => `<p>${escape(what)}</p>`).join("")}</section>`;

/** The reasons by how many rows share them, without the reason that the note gives already. */
export function reasons({ reason: noted }: ReportSummary, { reasons: found }: Picked): string {
  const others = found.filter(({ reason }) => reason !== noted);
  if (others.length === 0) return "";
  const items = others.map(({ verdict, reason, fix, rows, first }) => {
    const where = `${rows === 1 ? "row" : "first: row"} ${number(first)}`;
    const todo = fix === undefined ? "" : `<p class="fix">${escape(fix)}</p>`;
    return `<li><b class="${verdict}">${rowsOf(rows)} ${verdict}</b><div><p>${escape(reason)} <small>${where}</small></p>${todo}</div></li>`;
  });
  return `<section><h2>Reasons</h2><ul class="reasons">${items.join("")}</ul></section>`;
}

/** The verdicts of each operation's rows. */
export function operations({ operations: found }: Picked): string {
  const shown = MEANINGS.map(([verdict]) => verdict).filter((verdict) =>
    found.some(({ verdicts }) => verdicts[verdict] > 0),
  );
  const head = ["Operation", "Rows", ...shown].map((name) => `<th>${name}</th>`).join("");
  const rows = found.map(({ name, rows: count, verdicts }) => {
    const cells = shown.map((verdict) =>
      verdicts[verdict] === 0
        ? "<td>·</td>"
        : `<td class="${verdict}">${number(verdicts[verdict])}</td>`,
    );
    return `<tr><th>${name === "" ? "unknown" : escape(name)}</th><td>${number(count)}</td>${cells.join("")}</tr>`;
  });
  return `<section><h2>By operation</h2><div class="scroll"><table class="counts"><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

/** Where the batch came from and what people decided about it, in a section that is closed at first. */
export function origin({
  file,
  fileEtag,
  contentSha256,
  submitter,
  decisions,
}: ReportSummary): string {
  const entries: readonly Entry[] = [
    ["Submitted by", submitter === undefined ? [] : [escape(whoInWords(submitter))]],
    [
      "File",
      file === undefined ? [] : [`inbox/${escape(file)}`, `version ${escape(fileEtag ?? "")}`],
    ],
    ["SHA-256 of input and operation", [`<code>${escape(contentSha256)}</code>`]],
    ["Decisions", decisions.map(decisionLine)],
  ];
  return closed("Where it came from, and who decided", entries);
}

function decisionLine({ decision, at, by, outcome, why, reason, plan }: RecordedDecision): string {
  const parts = [
    `<b>${decision}</b> ${instant(at)} by ${escape(whoInWords(by))}`,
    ...(outcome === "applied" ? [] : [outcome]),
    ...[why, reason].flatMap((text) => (text === undefined ? [] : [escape(text)])),
    ...(plan === undefined ? [] : [`plan <code>${escape(plan)}</code>`]),
  ];
  return parts.join(": ");
}

/** A name and its values, as HTML. */
type Entry = readonly [name: string, values: readonly string[]];

const closed = (summary: string, entries: readonly Entry[]): string =>
  `<details><summary>${summary}</summary><dl>${entries
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `<div><dt>${name}</dt><dd>${values.join("<br>")}</dd></div>`)
    .join("")}</dl></details>`;

/** What was planned, in a section that is closed at first. */
export function details({ plan, state }: ReportSummary): string {
  const would = state === "held" ? ": holds the batch" : ": would hold the batch";
  const guards = plan.guards
    .filter(({ count, held, reason }) => count > 0 || held || reason !== undefined)
    .map((each) => {
      // What holds nothing has a reason only if nobody looked.
      const more = each.held ? would : each.reason ? `: ${escape(each.reason)}` : "";
      return `${escape(findingInWords(each))}${more}`;
    });
  const silent = plan.guards.length - guards.length;
  if (silent > 0) guards.push(`${number(silent)} more guards found nothing`);
  const permissions = Object.entries(plan.permissions)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => `${escape(name)} (${rowsOf(rows)})`);
  const entries: readonly Entry[] = [
    ["Planned", [instant(plan.plannedAt)]],
    [
      "Writes planned",
      [
        plan.writes === 0
          ? "none"
          : `${number(plan.writes)}, at least ${span(plan.estimatedSeconds)} at Graph's full write quota`,
      ],
    ],
    ["Guards", guards],
    ["Permissions that the writes need", permissions],
  ];
  return closed("The plan: guards, cost, permissions", entries);
}
