/**
 * A fresh process that loads one app folder as the worker of test/cloud/host does, and prints what it
 * took as JSON. The cost of this file and of the worker's own modules is not counted.
 */
import Module from "node:module";

import { createApp, createCoreModule } from "../cloud/host/core-module.ts";
import { startApp } from "../cloud/host/load-app.ts";

/** What one load took. */
export interface Load {
  readonly ms: number;
  readonly cpuMs: number;
  /** Of the whole process after the load. */
  readonly rssBytes: number;
  readonly functions: number;
}

const folder = process.argv[2] ?? "";
const app = createApp("3.14.1");
const worker = { version: "3.14.1", hostVersion: () => "4.1052.200", log: () => {} };
const core = createCoreModule(() => app, worker);
// eslint-disable-next-line typescript/unbound-method -- replaced as the worker replaces it
const require = Module.prototype.require;
Module.prototype.require = Object.assign(function (this: Module, id: string): unknown {
  return id === "@azure/functions-core" ? core : require.call(this, id);
}, require);

const before = process.cpuUsage();
const startMs = performance.now();
await startApp(app, folder, (message) => console.error(message));
const ms = performance.now() - startMs;
const { user, system } = process.cpuUsage(before);
if (app.startError) throw app.startError;
const load: Load = {
  ms,
  cpuMs: (user + system) / 1000,
  rssBytes: process.memoryUsage.rss(),
  functions: app.functions.size,
};
process.stdout.write(JSON.stringify(load));
