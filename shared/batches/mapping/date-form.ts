const PARTS = ["YYYY", "MM", "DD"] as const;

/** Whether a form such as `DD.MM.YYYY` has each part of a date once. */
export const isDateForm = (form: string): boolean =>
  form.length <= 32 &&
  PARTS.every((part) => form.split(part).length === 2) &&
  !/[A-Za-z0-9]/.test(form.replaceAll(/YYYY|MM|DD/g, ""));

/** A date of such a form as `2026-11-21`; `undefined` if it has another form. With signs between them, day and month may have one digit. */
export function dateOf(text: string, form: string): string | undefined {
  const digits = form.length > "YYYYMMDD".length ? "{1,2}" : "{2}";
  const pattern = form
    .replaceAll(/[^A-Z]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace("YYYY", String.raw`(?<year>\d{4})`)
    .replace("MM", String.raw`(?<month>\d${digits})`)
    .replace("DD", String.raw`(?<day>\d${digits})`);
  const groups = new RegExp(`^${pattern}$`).exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { year = "", month = "", day = "" } = groups;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}
