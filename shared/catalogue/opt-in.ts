import type { Operation } from "./operation.ts";

/** The operations that are off by default. */
export const optInNames = (catalogue: Readonly<Record<string, Operation>>): readonly string[] =>
  Object.entries(catalogue).flatMap(([name, { optIn }]) => (optIn ? [name] : []));

/** The catalogue of a deployment in which, of the operations that are off by default, only `extra` are on. */
export const switchedOff = (
  catalogue: Readonly<Record<string, Operation>>,
  extra: readonly string[],
): Readonly<Record<string, Operation>> =>
  Object.fromEntries(
    Object.entries(catalogue).map(([name, operation]) => [
      name,
      operation.optIn && !extra.includes(name) ? { ...operation, isOff: true } : operation,
    ]),
  );

/** Why a row of such an operation fails, and what an administrator can do about it. */
export const isOffWhy = (name: string) => ({
  reason: `${name} is off in this deployment.`,
  fix: `Whoever administers the deployment adds ${name} to EXTRA_OPERATIONS (docs/threat-model.md says what it then allows), and the row is sent again in a new batch.`,
});

/** Why a row that would change a protected object fails. */
export const isProtectedWhy = (name: string, why: string) => ({
  reason: `Protected: ${why}. ${name} never changes what is protected.`,
  fix: "Have a person with the right for it make the change in the Entra admin center.",
});
