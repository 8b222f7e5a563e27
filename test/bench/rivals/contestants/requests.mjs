// Plain fetch with a token and p-retry, which waits as Retry-After says: what the two loops below share.
import pRetry, { AbortError } from "p-retry";

import { credential, ROOT, SCOPE, sleep } from "./entry.mjs";

/** One request, tried five times; throws the status that ended it. */
export const send = ({ method, url, body }) =>
  pRetry(
    async () => {
      const { token } = await credential.getToken(SCOPE);
      const answer = await fetch(`${ROOT}${url}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body && { "Content-Type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      await answer.arrayBuffer();
      if (answer.ok) return;
      if (answer.status !== 429 && answer.status < 500) throw new AbortError(`${answer.status}`);
      await sleep(Number(answer.headers.get("Retry-After") ?? 0) * 1000);
      throw new Error(`${answer.status}`);
    },
    { retries: 5, minTimeout: 200, randomize: true },
  );
