import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";

import {
  type PatientAnswer,
  createPatientFetch,
} from "../../../shared/identity/token/patient-fetch.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { startHttpServer } from "../http-server.ts";

type Answer = (response: ServerResponse) => void;
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end("text");
const reset: Answer = (response) => void response.socket?.resetAndDestroy();
const noAnswer: Answer = () => undefined;
const halfAnswer: Answer = (response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("half");
  setImmediate(() => response.socket?.resetAndDestroy());
};

/** Sends one request to a server that answers so, and tells what came of it. */
const send = (...answers: Answer[]) => sendWith(undefined, ...answers);

async function sendWith(signal: AbortSignal | undefined, ...answers: Answer[]) {
  const server = await startHttpServer(...answers);
  const clock = createSimulatedClock({ startMs: Date.now(), skipsWaits: true });
  const patient = createPatientFetch({ fetch, clock, random: () => 0.5 });
  // A request that has come and is not answered times out, once.
  let timedOut = 0;
  const timeOuts = setInterval(() => {
    const count = server.seen.length;
    if (count === timedOut || answers[Math.min(count, answers.length) - 1] !== noAnswer) return;
    timedOut = count;
    void clock.jump(10_000);
  }, 20);
  try {
    const request = { method: "POST", headers: {}, body: "proof", signal } as const;
    const answer: PatientAnswer = await patient(`${server.url}/token`, request);
    return { answer, waits: clock.waits, seen: server.seen };
  } catch (error) {
    assert.ok(error instanceof Error);
    return { error, waits: clock.waits, seen: server.seen };
  } finally {
    clearInterval(timeOuts);
    await server.close();
  }
}

describe("a request is sent again", () => {
  const table: { after: string; answers: Answer[]; waits: number[] }[] = [
    { after: "a 503", answers: [status(503), status(200)], waits: [375] },
    {
      after: "two 500s, the wait doubled",
      answers: [status(500), status(502), status(200)],
      waits: [375, 750],
    },
    { after: "a 408", answers: [status(408), status(200)], waits: [375] },
    { after: "a connection that was reset", answers: [reset, status(200)], waits: [375] },
    { after: "an answer that broke off", answers: [halfAnswer, status(200)], waits: [375] },
    { after: "a time-out", answers: [noAnswer, status(200)], waits: [375] },
    {
      after: "a 429 and the seconds it names",
      answers: [status(429, { "retry-after": "2" }), status(200)],
      waits: [2000],
    },
    ...["retry-after-ms", "x-ms-retry-after-ms"].map((name) => ({
      after: `a 429 and the milliseconds that its ${name} names, whatever a coarser header says`,
      answers: [status(429, { [name]: "1250", "retry-after": "2" }), status(200)],
      waits: [1250],
    })),
    {
      after: "a 429 whose milliseconds are none, by its seconds",
      answers: [status(429, { "retry-after-ms": "soon", "retry-after": "2" }), status(200)],
      waits: [2000],
    },
    {
      after: "a 429 and the part of a second it names",
      answers: [status(429, { "retry-after": "0.25" }), status(200)],
      waits: [250],
    },
  ];
  for (const { after, answers, waits } of table) {
    it(`after ${after}`, async () => {
      const sent = await send(...answers);
      assert.equal(sent.answer?.status, 200);
      assert.deepEqual(sent.waits, waits);
      assert.ok(sent.seen.every(({ body }) => body === "proof"));
    });
  }

  it("after a 429 until the date it names", async () => {
    const inThree = new Date(Date.now() + 3_000).toUTCString();
    const { answer, waits } = await send(status(429, { "retry-after": inThree }), status(200));
    assert.equal(answer?.status, 200);
    assert.ok((waits[0] ?? 0) > 1_000 && (waits[0] ?? 0) <= 3_000, String(waits));
  });
});

/** A 429 with a clock that differs by `byMs`, which asks for a wait until three seconds from its now. */
const inThree = (byMs: number): Answer =>
  status(429, {
    date: new Date(Date.now() + byMs).toUTCString(),
    "retry-after": new Date(Date.now() + byMs + 3_000).toUTCString(),
  });

describe("the date until which a 429 asks to wait", () => {
  for (const [how, byMs] of [
    ["ten minutes ahead of", 600_000],
    ["ten minutes behind", -600_000],
  ] as const) {
    it(`counts by the server's clock if that is ${how} ours`, async () => {
      const { answer, waits } = await send(inThree(byMs), status(200));
      assert.equal(answer?.status, 200);
      assert.ok((waits[0] ?? 0) > 1_000 && (waits[0] ?? 0) <= 4_000, String(waits));
    });
  }
});

describe("a request is given up", () => {
  it("after three attempts, with the last answer", async () => {
    const { answer, seen } = await send(status(503));
    assert.equal(answer?.status, 503);
    assert.equal(seen.length, 3);
  });

  it("after three broken connections, with the reason", async () => {
    const { error, seen } = await send(reset);
    assert.match(String(error), /^NoAnswer: no answer after 3 attempts \(\w+\)$/);
    assert.equal(seen.length, 3);
  });

  it("after three time-outs of ten seconds", async () => {
    const { error } = await send(noAnswer);
    assert.match(String(error), /\(timeout\)/);
  });

  it("at once if it would have to wait a minute, because the caller's message can wait instead", async () => {
    const { answer, seen } = await send(status(429, { "retry-after": "60" }));
    assert.equal(answer?.retryAfterMs, 60_000);
    assert.equal(seen.length, 1);
  });

  it("at once if it was refused", async () => {
    const { answer, seen } = await send(status(401));
    assert.equal(answer?.status, 401);
    assert.equal(seen.length, 1);
  });

  it("instead of following a redirect, which would send an assertion to another host", async () => {
    const { answer, seen } = await send(status(307, { location: "/elsewhere" }));
    assert.equal(answer?.status, 307);
    assert.deepEqual(
      seen.map(({ path }) => path),
      ["/token"],
    );
  });
});

const long =
  (bytes: number): Answer =>
  (response) =>
    void response.writeHead(200).end("x".repeat(bytes));

describe("an answer of any length", () => {
  it("is read up to a mebibyte", async () => {
    const { answer } = await send(long(1024 * 1024));
    assert.equal(answer?.text.length, 1024 * 1024);
  });

  it("is not read beyond a mebibyte", async () => {
    const { error } = await send(long(1024 * 1024 + 1));
    assert.match(String(error), /NoAnswer.*longer than 1048576 bytes/);
  });
});

it("a request that is aborted ends, and is not sent again", async () => {
  const stop = new AbortController();
  const { error, seen } = await sendWith(stop.signal, () => stop.abort());
  assert.match(String(error), /NoAnswer/);
  assert.equal(seen.length, 1);
});
