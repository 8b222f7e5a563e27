import { instant, number } from "./report-words.ts";

/** Columns of the picture at most; each stands for one second or more. */
const MOST_COLUMNS = 180;
const WIDTH = 900;
const HEIGHT = 120;

/**
 * The picture of a batch's pace: rows changed a second from the first to the last, and the line of the writes
 * that Graph's quota lets through. Empty if fewer than two seconds saw a change.
 */
export function writeChart(bySecond: ReadonlyMap<number, number>, quotaPerSecond: number): string {
  if (bySecond.size < 2) return "";
  const { firstSecond, seconds, paces } = columnsOf(bySecond);
  const most = Math.max(quotaPerSecond, ...paces) * 1.1;
  const heightOf = (pace: number): number => (pace / most) * HEIGHT;
  const step = WIDTH / paces.length;
  const bars = paces.map((pace, at) => {
    const height = heightOf(pace);
    return `<rect x="${round(at * step)}" y="${round(HEIGHT - height)}" width="${round(Math.max(step - 1, 0.5))}" height="${round(height)}"/>`;
  });
  const line = round(HEIGHT - heightOf(quotaPerSecond));
  const rows = [...bySecond.values()].reduce((sum, count) => sum + count, 0);
  const label = `${number(rows)} rows changed in ${number(seconds)} seconds; at most ${number(Math.round(Math.max(...paces)))} a second`;
  const first = new Date(firstSecond * 1000).toISOString();
  return `<section><h2>Rows changed a second</h2><figure class="pace"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${bars.join("")}<line x1="0" x2="${WIDTH}" y1="${line}" y2="${line}"/></svg><figcaption>${label}, from ${instant(first)} on. The line is Graph's quota, ${number(quotaPerSecond)} writes a second; what a tenant saved up, and rows that share a request, go over it.</figcaption></figure></section>`;
}

/** Rows a second in columns of equal length. */
function columnsOf(bySecond: ReadonlyMap<number, number>) {
  let firstSecond = Infinity;
  let lastSecond = -Infinity;
  for (const second of bySecond.keys()) {
    firstSecond = Math.min(firstSecond, second);
    lastSecond = Math.max(lastSecond, second);
  }
  const seconds = lastSecond - firstSecond + 1;
  const perColumn = Math.ceil(seconds / MOST_COLUMNS);
  const sums = Array.from({ length: Math.ceil(seconds / perColumn) }, () => 0);
  for (const [second, count] of bySecond) {
    const at = Math.floor((second - firstSecond) / perColumn);
    sums[at] = (sums[at] ?? 0) + count;
  }
  return { firstSecond, seconds, paces: sums.map((sum) => sum / perColumn) };
}

const round = (value: number): number => Math.round(value * 10) / 10;
