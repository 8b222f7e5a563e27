import { whoInWords } from "../who.ts";
import { type Control, standingDecision } from "./control.ts";

const words = { open: "left open", paused: "paused", cancelled: "cancelled", rejected: "rejected" };

/** What people made of a batch or a tenant, who it was, and why, in whole sentences. */
export function standingInWords(control: Control, what: "The batch" | "The tenant"): string {
  const made = standingDecision(control);
  const was = `${what} was ${words[control.standing]}`;
  if (made === undefined) return `${was}.`;
  const reason = made.reason?.replace(/[.\s]+$/, "");
  const why = reason ? ` Reason: ${reason}.` : "";
  return `${was} by ${whoInWords(made.by)} at ${made.at.slice(0, 19)}Z.${why}`;
}
