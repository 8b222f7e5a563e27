import { isGuid, type ObjectId, toObjectId } from "../core/object-id.ts";

/** What one setting is: its rule and its default. */
export interface Rule<T> {
  readonly read: (text: string) => T | undefined;
  readonly must: string;
  /** Used if the variable is absent or empty; without one it is required. */
  readonly fallback?: T;
}

/** Keeps the type of a rule's value. */
export const rule = <T>(each: Rule<T>): Rule<T> => each;

/** A GUID, lower case. */
export const guid = (fallback?: string): Rule<string> =>
  rule({
    read: (each) => (isGuid(each) ? each.toLowerCase() : undefined),
    must: "be a GUID",
    ...(fallback === undefined ? {} : { fallback }),
  });

/** Object ids with commas between. */
export const objectIds = (): Rule<readonly ObjectId[]> =>
  rule<readonly ObjectId[]>({
    read: (each) => {
      const ids = each.split(",").map((id) => id.trim());
      return ids.every(isGuid) ? ids.map(toObjectId) : undefined;
    },
    must: "be object ids with commas between",
    fallback: [],
  });

/** Object ids of groups with commas between, each with its tenant before it if that is not the home tenant. */
export const groupIds = (): Rule<readonly string[]> =>
  rule<readonly string[]>({
    read: (each) => {
      const ids = each.split(",").map((id) => id.trim().toLowerCase());
      return ids.every(isGroupId) ? ids : undefined;
    },
    must: "be object ids of groups with commas between, each with its tenant id and a slash before it if it is in another tenant",
    fallback: [],
  });

const isGroupId = (text: string): boolean =>
  text.split("/").length <= 2 && text.split("/").every(isGuid);

/** A number within bounds. */
export const number = (fallback: number, least: number, most: number): Rule<number> =>
  rule({
    read: (each) => {
      const value = Number(each);
      return Number.isFinite(value) && value >= least && value <= most ? value : undefined;
    },
    must: `be a number from ${least} to ${most}`,
    fallback,
  });

/** A whole number within bounds. */
export const whole = (fallback: number, least: number, most: number): Rule<number> => {
  const base = number(fallback, least, most);
  return {
    ...base,
    must: `be a whole number from ${least} to ${most}`,
    read: (each) => (/^\d+$/.test(each) ? base.read(each) : undefined),
  };
};

/** An https address without credentials, query or trailing slash. */
export const https = (): Rule<string> =>
  rule({
    read: (each) => {
      const url = URL.canParse(each) ? new URL(each) : undefined;
      return url?.protocol === "https:" && url.username === "" && url.search === ""
        ? each.replace(/\/+$/, "")
        : undefined;
    },
    must: "be an https address",
  });

/** Some of these operations, with commas between. */
export const operationNames = (known: readonly string[]): Rule<readonly string[]> =>
  rule<readonly string[]>({
    read: (each) => {
      const names = each.split(",").map((name) => name.trim());
      return names.every((name) => known.includes(name)) ? names : undefined;
    },
    must: `be some of ${known.join(", ")}, with commas between`,
    fallback: [],
  });

/** One of a few words. */
export const oneOf = <T extends string>(words: readonly T[], fallback: T): Rule<T> =>
  rule<T>({
    read: (each) => words.find((word) => word === each),
    must: `be one of ${words.join(", ")}`,
    fallback,
  });

/** An NCRONTAB schedule of six fields; the host reads it, we only see that it is there. */
export const schedule = (): Rule<string> =>
  rule({
    read: (each) => (each.trim().split(/\s+/).length === 6 ? each.trim() : undefined),
    must: "be six fields: second minute hour day month weekday (UTC)",
  });
