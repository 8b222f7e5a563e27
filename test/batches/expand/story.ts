import assert from "node:assert/strict";

import { systemClock } from "../../../shared/core/clock.ts";
import { openWorkshop, type Workshop } from "../workshop.ts";

export const MINUTE_MS = 60_000;

/** Batches that are accepted one after another, on a clock of which a test may let time pass. */
export interface Story {
  readonly workshop: Workshop;
  passedMs: number;
  /** The group Nurses, of which Ann and Bo are members. */
  readonly nurses: string;
  /** The ids of Ann, Bo, Cy and Dee. */
  readonly ids: Map<string, string>;
  /** What one delivery of a message comes to: why it waits, or its outcome. */
  readonly once: (batch: string, rows: readonly object[], more?: object) => Promise<string>;
  /** The same once the work that it waited for has ended: Graph gets a moment to show it. */
  readonly afterwards: (batch: string, rows: readonly object[]) => Promise<string>;
}

export function openStory(): Story {
  const workshop: Workshop = openWorkshop({
    clock: { ...systemClock, now: () => systemClock.now() + story.passedMs },
  });
  const { directory } = workshop;
  const ids = new Map<string, string>();
  for (const name of ["ann", "bo", "cy", "dee"]) {
    ids.set(name, directory.addUser(`${name}@contoso.com`));
  }
  const nurses = directory.addGroup("Nurses");
  directory.addGroup("Night shift");
  for (const name of ["ann", "bo"]) directory.members.get(nurses)!.add(ids.get(name) ?? "");
  const story: Story = {
    workshop,
    passedMs: 0,
    nurses,
    ids,
    once: async (batch, rows, more = {}) => {
      const message = { version: 1, batch, mode: "apply", rows, ...more };
      const deadlineMs = Date.now() + story.passedMs + MINUTE_MS;
      const result = await workshop.batches.accept(message, { messageId: batch, deadlineMs });
      return result.state === "again" ? `waits: ${result.reason}` : result.outcome;
    },
    afterwards: async (batch, rows) => {
      assert.match(await story.once(batch, rows), /^waits: Graph may not show yet/);
      story.passedMs += 5_000;
      return story.once(batch, rows);
    },
  };
  return story;
}

export const add = (name: string, group = "Nurses") => ({
  operation: "group.add-member",
  group,
  member: `${name}@contoso.com`,
});

export const list = [
  { operation: "group.set-members", group: "Nurses", member: "ann@contoso.com" },
];

export const offboard = (name: string) => [{ operation: "offboard", user: `${name}@contoso.com` }];
