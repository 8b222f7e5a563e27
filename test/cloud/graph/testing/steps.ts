import assert from "node:assert/strict";

import type { Values } from "../store/entity.ts";
import { EVERYTHING, type GraphFixture, type Reply } from "./graph-fixture.ts";

/** Sends a request that must end with this status, and answers its body. */
export type Step = (
  status: number,
  method: string,
  url: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply["body"]>;

/** Steps of a caller that has these permissions besides the usual ones. */
export const stepsWith =
  (graph: GraphFixture, more: readonly string[]): Step =>
  async (status, method, url, body, headers = {}) => {
    const roles = [...EVERYTHING, ...more];
    const reply = await graph.send(method, url, body, { roles, headers });
    assert.equal(reply.status, status, `${method} ${url}: ${reply.text}`);
    return reply.body;
  };

/** The entries of a list's body. */
export const list = (body: Values): readonly Values[] => body["value"] as readonly Values[];
