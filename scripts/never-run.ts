import type { Plugin } from "esbuild";

/** A package that a library imports for something that we never ask of it. */
interface NeverRun {
  readonly package: string;
  /** The file that imports it, by the end of its path: another one may need it for something else. */
  readonly importer: RegExp;
  readonly why: string;
}

/**
 * What the bundle has a function instead of that throws. Each was weighed with what it brings along: together
 * they are 71 KB.
 */
export const neverRun: readonly NeverRun[] = [
  {
    package: "jsonwebtoken",
    importer: /@azure[\\/]msal-node[\\/]dist[\\/]client[\\/]ClientAssertion\.mjs$/,
    why: "MSAL signs with it if it is given a certificate's key; it gets assertions that identity/certificate has signed",
  },
  {
    package: "open",
    importer: /@azure[\\/]identity[\\/]dist[\\/]esm[\\/]msal[\\/]nodeFlows[\\/]msalClient\.js$/,
    why: "opens a browser for a person to sign in; a Function has neither",
  },
];

const NAMESPACE = "never-run";

const stubOf = (name: string): string => `
  const never = () => { throw new Error("The bundle is built without ${name}: see scripts/never-run.ts.") };
  export default Object.assign(never, { sign: never });`;

/** Leaves those packages out. One that another file imports too is bundled, and `faults` then refuses it. */
export const leaveOutNeverRun: Plugin = {
  name: NAMESPACE,
  setup: (build) => {
    const names = neverRun.map((each) => each.package).join("|");
    build.onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path, importer }) =>
      neverRun.some((each) => each.package === path && each.importer.test(importer))
        ? { path, namespace: NAMESPACE }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: stubOf(path),
      loader: "js",
    }));
  },
};
