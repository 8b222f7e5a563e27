import { connectLoad, postBatches, readEverybody, type BatchRun } from "./cloud-load.ts";
import { startCloudProcess } from "./cloud-process.ts";
import { conclude, judge, median, readOptions, table, type Bar } from "./show.ts";

/**
 * `npm run bench:cloud`: the local cloud alone, as `npm run cloud` starts it without Azurite: how soon it
 * serves, empty and with 100,000 people; how many `$batch` posts of 20 writes it takes in a minute with
 * meters and latency off; and what a million people weigh, started, read through and written to. The
 * load comes from this process, so cloud and client share the machine's cores.
 */
const options = readOptions();
const rounds = options.short ? 3 : 7;
const batchMs = options.short ? 10_000 : 60_000;

const startMs = async (users: number): Promise<number> => {
  const cloud = await startCloudProcess(users);
  await cloud.end();
  return cloud.startedMs;
};
const starts = async (users: number): Promise<number[]> => {
  const found: number[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one at a time, they are timed
  for (let round = 0; round < rounds; round++) found.push(await startMs(users));
  return found;
};

const empty = await starts(0);
const seeded = await starts(100_000);

const cloud = await startCloudProcess(100_000);
const load = await connectLoad(cloud.ready);
const run: BatchRun = await postBatches(load, batchMs, cloud.ready.domain);
const residentAfter = cloud.residentBytes();
load.close();
await cloud.end();

const million = options.short ? undefined : await weighMillion();

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
console.log(
  table([
    ["start until the ready file", "median", "slowest"],
    ["empty", seconds(median(empty)), seconds(Math.max(...empty))],
    ["100,000 users", seconds(median(seeded)), seconds(Math.max(...seeded))],
    ...(million
      ? [["1,000,000 users", seconds(million.startedMs), seconds(million.startedMs)]]
      : []),
  ]),
);
console.log(
  `\n$batch of 20 writes: ${run.batches} in ${run.seconds.toFixed(1)} s, ${run.perMinute.toFixed(0)} a minute; slowest ten seconds at ${run.slowestPerMinute.toFixed(0)} a minute; ${megabytes(residentAfter)} resident after`,
);
if (million) {
  console.log(
    `1,000,000 users: ${megabytes(million.startedBytes)} resident after the start, ${megabytes(million.readBytes)} after all were read in ${seconds(million.readMs)}, ${megabytes(million.writtenBytes)} after ${million.batches} batches`,
  );
}
const bars: Bar[] = [
  { name: "ready, empty", value: median(empty) / 1000, unit: " s", bar: 2, atMost: true },
  { name: "100,000 users seeded", value: median(seeded) / 1000, unit: " s", bar: 5, atMost: true },
  {
    name: "batches of 20 writes a minute, slowest ten seconds",
    value: Math.round(run.slowestPerMinute),
    unit: "",
    bar: 10_000,
    atMost: false,
  },
];
if (million) {
  const bytes = Math.max(million.startedBytes, million.readBytes, million.writtenBytes);
  bars.push({ name: "a million users", value: bytes / 1e9, unit: " GB", bar: 2, atMost: true });
}
judge(bars);
conclude(options, { rounds, empty, seeded, run, residentAfter, million });

async function weighMillion() {
  const big = await startCloudProcess(1_000_000);
  const client = await connectLoad(big.ready);
  const startedBytes = big.residentBytes();
  const began = performance.now();
  const read = await readEverybody(client);
  const readMs = performance.now() - began;
  if (read < 1_000_000) throw new Error(`Only ${read} of a million users were read.`);
  const readBytes = big.residentBytes();
  const { batches } = await postBatches(client, 10_000, big.ready.domain);
  const writtenBytes = big.residentBytes();
  client.close();
  await big.end();
  return { startedMs: big.startedMs, startedBytes, readMs, readBytes, batches, writtenBytes };
}
