import { existsSync, readFileSync } from "node:fs";

import { createContract, type Contract, type OpenApi } from "./contract.ts";

/** Beside the repository, not in it: a fresh clone does not have it. */
const DATA = new URL("../../../../../shared/data/graph-openapi.json", import.meta.url);

let loaded: Contract | undefined;

/** The OpenAPI data beside the repository; `undefined` if they are missing. */
export const openApiData = (): OpenApi | undefined =>
  existsSync(DATA) ? (JSON.parse(readFileSync(DATA, "utf8")) as OpenApi) : undefined;

/** The contract of the OpenAPI data beside the repository; `undefined` if the data is missing. */
export function openApiContract(): Contract | undefined {
  const data = loaded ? undefined : openApiData();
  if (data) loaded = createContract(data);
  return loaded;
}

/** What a test prints if it had to skip the contract. */
export const CONTRACT_LEFT_OUT =
  "left out: ../shared/data/graph-openapi.json is not beside this repository";
