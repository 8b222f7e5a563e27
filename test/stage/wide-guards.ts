import { capRules } from "../../shared/app/guard-rules.ts";

/** Settings of guards that hold nothing which is counted, for stages that are about something else. */
export const wideGuards: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(capRules).map((name) => [name, name.includes("PERCENT") ? "100" : "1000000"]),
);
