import { accessCauses } from "./about-access.ts";
import { licenseCauses } from "./about-licenses.ts";
import { objectCauses } from "./about-objects.ts";
import { valueCauses } from "./about-values.ts";
import { type Cause, isCauseOf, type Refusal } from "./cause.ts";

const quotas = accessCauses.filter(({ name }) => name === "quota" || name === "object-full");

/** Every cause that the product knows, the more special ones first. */
export const causes: readonly Cause[] = [
  ...quotas,
  ...licenseCauses,
  ...objectCauses,
  ...valueCauses,
  ...accessCauses.filter((each) => !quotas.includes(each)),
];

/** What causes the refusal; `undefined` if nobody knows: then that is what a person is told. */
export const causeOf = (refusal: Refusal): Cause | undefined =>
  causes.find((cause) => isCauseOf(cause, refusal));

/** What a person is told of a refusal whose cause is unknown. */
export const unknownCause = (requestId: string | undefined): { why: string; fix: string } => ({
  why: "Graph refused the change, and its answer does not tell why: the cause is unknown",
  fix: `Correct the row by what Graph says and send it again in a new batch. Microsoft support finds the request by its id${requestId === undefined ? "" : `, ${requestId}`}.`,
});
