const SPAN = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A .NET time span, `[-][d.]hh:mm[:ss[.fff]]`, in milliseconds. As in .NET a number alone is **days**, also
 * where somebody meant seconds.
 *
 * @throws TypeError for anything else.
 */
export function timeSpanMs(text: string): number {
  const span = text.trim();
  if (/^-?\d+$/.test(span)) return Number(span) * DAY_MS;
  const parts = SPAN.exec(span.replace(/^(-?\d+):(?=\d+:\d+:)/, "$1."));
  if (!parts) throw new TypeError(`"${text}" is not a time span such as 00:01:00`);
  const [, sign, days = "0", hours = "0", minutes = "0", seconds = "0", fraction = "0"] = parts;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    throw new TypeError(`"${text}" is not a time span: write days as d.hh:mm:ss`);
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign ? -1 : 1) * (whole * 1000 + Number(`0.${fraction}`) * 1000);
}
