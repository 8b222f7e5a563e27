import { isGuid } from "./object-id.ts";

/** What one setting is: its rule, its default, and a sentence for docs/settings.md. */
export interface Rule<T> {
  readonly read: (text: string) => T | undefined;
  readonly must: string;
  /** Used where the variable is absent or empty; without one it is required. */
  readonly fallback?: T;
  readonly about: string;
}

/** Keeps the type of a rule's value. */
export const rule = <T>(each: Rule<T>): Rule<T> => each;

/** A GUID, lower case. */
export const guid = (about: string, fallback?: string): Rule<string> =>
  rule({
    read: (each) => (isGuid(each) ? each.toLowerCase() : undefined),
    must: "be a GUID",
    about,
    ...(fallback === undefined ? {} : { fallback }),
  });

/** A number within bounds. */
export const number = (
  about: string,
  fallback: number,
  least: number,
  most: number,
): Rule<number> =>
  rule({
    read: (each) => {
      const value = Number(each);
      return Number.isFinite(value) && value >= least && value <= most ? value : undefined;
    },
    must: `be a number from ${least} to ${most}`,
    about,
    fallback,
  });

/** A whole number within bounds. */
export const whole = (
  about: string,
  fallback: number,
  least: number,
  most: number,
): Rule<number> => {
  const base = number(about, fallback, least, most);
  return {
    ...base,
    must: `be a whole number from ${least} to ${most}`,
    read: (each) => (/^\d+$/.test(each) ? base.read(each) : undefined),
  };
};

/** An https address without credentials, query or trailing slash. */
export const https = (about: string): Rule<string> =>
  rule({
    read: (each) => {
      const url = URL.canParse(each) ? new URL(each) : undefined;
      return url?.protocol === "https:" && url.username === "" && url.search === ""
        ? each.replace(/\/+$/, "")
        : undefined;
    },
    must: "be an https address",
    about,
  });

/** One of a few words. */
export const oneOf = <T extends string>(about: string, words: readonly T[], fallback: T): Rule<T> =>
  rule<T>({
    read: (each) => words.find((word) => word === each),
    must: `be one of ${words.join(", ")}`,
    about,
    fallback,
  });

/** An NCRONTAB schedule of six fields; the host reads it, we only see that it is there. */
export const schedule = (about: string): Rule<string> =>
  rule({
    read: (each) => (each.trim().split(/\s+/).length === 6 ? each.trim() : undefined),
    must: "be six fields: second minute hour day month weekday (UTC)",
    about,
  });
