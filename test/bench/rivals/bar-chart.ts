import type { Result } from "./one-race.ts";
import type { Scenario } from "./scenarios.ts";

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 130;
const BAR = 16;
const STEP = 22;
const HEAD = 34;

/** Times of each race as bars, the product's dark; the number of failed rows is beside the bar. */
export function barChart(
  races: readonly { readonly scenario: Scenario; readonly results: readonly Result[] }[],
): string {
  const parts: string[] = [];
  let top = 10;
  for (const { scenario, results } of races) {
    parts.push(text(10, top + 18, `${scenario.name}: ${scenario.about}`, "title"));
    top += HEAD;
    const longest = Math.max(...results.map(({ seconds }) => seconds));
    for (const result of results) {
      parts.push(...bar(result, top, longest));
      top += STEP;
    }
    top += 10;
  }
  const style =
    "text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:13px}.name{text-anchor:end}.bad{fill:#b3261e}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}">`,
    `<style>${style}</style><rect width="${WIDTH}" height="${top}" fill="#fff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function bar(result: Result, top: number, longest: number): string[] {
  const { contestant, seconds, wrong, failed, unknown } = result;
  const width = Math.max(1, ((WIDTH - LEFT - RIGHT) * seconds) / longest);
  const color = contestant === "directory-batch" ? "#0b57d0" : "#b8c4d6";
  const bad = wrong + failed + unknown;
  return [
    text(LEFT - 8, top + 12, contestant, "name"),
    `<rect x="${LEFT}" y="${top}" width="${width.toFixed(1)}" height="${BAR}" fill="${color}"/>`,
    text(LEFT + width + 6, top + 12, `${seconds.toFixed(1)} s`),
    ...(bad > 0 ? [text(LEFT + width + 56, top + 12, `${bad} not right`, "bad")] : []),
  ];
}

const text = (x: number, y: number, said: string, style = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y}"${style && ` class="${style}"`}>${said.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
