import { existsSync, readFileSync } from "node:fs";

import { createContract, type Contract, type OpenApi } from "./contract.ts";

/** Beside the repository, not in it: a fresh clone elsewhere has none. */
const DATA = new URL("../../../../../shared/data/graph-openapi.json", import.meta.url);

let loaded: Contract | undefined;

/** The contract of the OpenAPI data beside the repository; `undefined` where the data is not there. */
export function openApiContract(): Contract | undefined {
  if (!loaded && existsSync(DATA)) {
    loaded = createContract(JSON.parse(readFileSync(DATA, "utf8")) as OpenApi);
  }
  return loaded;
}

/** What a test prints where it had to leave the contract out. */
export const CONTRACT_LEFT_OUT =
  "left out: ../shared/data/graph-openapi.json is not beside this repository";
