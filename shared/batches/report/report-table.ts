import type { Verdict } from "../../catalogue/row.ts";
import { ABOUT, type Picked } from "./report-picks.ts";
import type { ReportRow } from "./report-row.ts";
import type { ReportSummary } from "./report-summary.ts";
import { cellText, escape, number } from "./report-words.ts";
import { sumOf } from "./status.ts";

/** The rows that need attention most, one by one. */
export function table(summary: ReportSummary, { rows }: Picked): string {
  const all = sumOf(summary.verdicts);
  const shown = rows.filter(({ parts }) => parts === undefined).length;
  const left =
    shown < all
      ? `<p class="cut">${number(shown)} of ${number(all)} rows, those that need attention first; report.csv has all of them.</p>`
      : "";
  const seen = new Set<Verdict>();
  const lines = rows.map((row) => {
    const anchor = seen.has(row.verdict) ? "" : ` id="${row.verdict}"`;
    seen.add(row.verdict);
    return tableRow(row, anchor, summary.reason);
  });
  return `<section><h2>Rows</h2>${left}<div class="scroll"><table class="rows">
<thead><tr><th>Row</th><th>Verdict</th><th>Operation</th><th>Object</th><th>Before → after</th><th>Reason and fix</th><th>Object id and proof</th></tr></thead>
<tbody>
${lines.join("\n")}
</tbody></table></div></section>`;
}

/** `noted`: the reason at the top of the page is not repeated in each row. */
function tableRow(row: ReportRow, anchor: string, noted: string | undefined): string {
  const isNoted = row.reason === noted;
  const fix = row.fix === undefined || isNoted ? "" : `<p class="fix">${escape(row.fix)}</p>`;
  const why = row.reason === undefined || isNoted ? "" : `<p>${escape(row.reason)}</p>${fix}`;
  const cells: readonly (readonly [string, string])[] = [
    ["Row", rowName(row)],
    ["Verdict", `<b class="${row.verdict}">${row.verdict}</b>`],
    ["Operation", escape(row.operation || cellText(row.cells["operation"]))],
    ["Object", about(row)],
    ["Change", changes(row)],
    ["Reason", why],
    ["Proof", proof(row)],
  ];
  const kind = row.parts === undefined ? "" : ' class="whole"';
  return `<tr${anchor}${kind}>${cells
    .map(([name, content]) =>
      content === ""
        ? '<td class="empty"></td>'
        : `<td data-name="${name}"><div>${content}</div></td>`,
    )
    .join("")}</tr>`;
}

/** The number of a row; a row that was sent, and its parts, have their number in the input too. */
function rowName({ row, part, parts }: ReportRow): string {
  if (parts !== undefined) return `<b>${number(row)}</b> <small>sent</small>`;
  return part === undefined
    ? number(row)
    : `${number(row)} <small>part ${number(part.at)} of ${number(part.of)}</small>`;
}

const about = ({ cells }: ReportRow): string =>
  ABOUT.map((name) => cellText(cells[name]))
    .filter((text) => text !== "")
    .slice(0, 2)
    .map((text) => escape(text).replace("@", "<wbr>@"))
    .join("<br>");

/** What the row changes, a line for each property. */
function changes({ before, after }: ReportRow): string {
  if (after === undefined) return "";
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  return names
    .map((name) => {
      const was = before ? valueText(before[name]) : '<i title="read when its turn comes">?</i>';
      const line = `<small>${escape(name)}</small> <s>${was}</s> → ${valueText(after[name])}`;
      return `<div class="change">${line}</div>`;
    })
    .join("");
}

/** A value as the page shows it; a dash for one that is not there. */
const valueText = (value: unknown): string =>
  value === undefined || value === null || value === "" ? "–" : escape(cellText(value));

function proof({ objectId, requestId, status, attempts }: ReportRow): string {
  const answer = [
    requestId === undefined ? "" : `<code title="Graph's request-id">${escape(requestId)}</code>`,
    status === undefined ? "" : `HTTP ${status}`,
    attempts !== undefined && attempts > 1 ? `sent ${attempts} times` : "",
  ].filter((text) => text !== "");
  const object = objectId === undefined ? "" : `<code title="object id">${escape(objectId)}</code>`;
  return [object, answer.join(" · ")].filter((text) => text !== "").join("<br>");
}
