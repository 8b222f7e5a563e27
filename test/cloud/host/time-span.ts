const SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/;

/**
 * A .NET time span, `[d.]hh:mm[:ss[.fff]]`, in milliseconds.
 *
 * @throws TypeError for anything else.
 */
export function timeSpanMs(text: string): number {
  const parts = SPAN.exec(text.trim());
  if (!parts) throw new TypeError(`"${text}" is not a time span such as 00:01:00`);
  const [, days = "0", hours = "0", minutes = "0", seconds = "0", fraction = "0"] = parts;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    throw new TypeError(`"${text}" is not a time span: write days as d.hh:mm:ss`);
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Number(`0.${fraction}`) * 1000;
}
