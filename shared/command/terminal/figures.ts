/** `5,210`. */
export const figure = (count: number): string => count.toLocaleString("en");

/** `1 row`, `5,210 rows`. */
export const some = (count: number, thing: string): string =>
  `${figure(count)} ${thing}${count === 1 ? "" : "s"}`;

/** `45 s`, `4 min 10 s`, `2 h 5 min`, `3 d`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 48 * 3600)
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** The counts that are not zero: `done 12, failed 3`. */
export const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${figure(count)}`)
    .join(", ");
