import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { composition, type Part } from "./bundle-composition.ts";
import { bundle, root } from "./bundle.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

/** A package of the bundle, as CycloneDX 1.6 writes it. */
interface Component {
  readonly type: "library";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly expression: string }[];
  readonly hashes: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const manifestOf = (path: string): Manifest => JSON.parse(textOf(path));

/**
 * The packages that are in the bundle, each copy with version, license and the hash that the lock file
 * pins: what the bundler put in, and not what is installed.
 *
 * @throws TypeError if the lock file does not pin a package.
 */
export function componentsOf(parts: readonly Part[], lock: Lock): Component[] {
  return parts
    .flatMap(({ copies }) => copies)
    .filter((folder) => folder !== "")
    .map((folder): Component => {
      const { name, version, license } = manifestOf(join(folder, "package.json"));
      const integrity = lock.packages[folder]?.integrity;
      if (!integrity?.startsWith("sha512-"))
        throw new TypeError(`The lock file pins no ${folder}.`);
      const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
      const content = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
      return {
        type: "library",
        "bom-ref": purl,
        name,
        version,
        purl,
        licenses: license === undefined ? [] : [{ expression: license }],
        hashes: [{ alg: "SHA-512", content }],
      };
    })
    .toSorted((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** The software bill of materials of the bundle: the same for the same bundle, without a date. */
export function billOfMaterials(code: Uint8Array, components: readonly Component[]): object {
  const { name, version } = manifestOf("package.json");
  const digest = createHash("sha256").update(code).digest("hex");
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": `${name}@${version}`,
        name,
        version,
        hashes: [{ alg: "SHA-256", content: digest }],
      },
    },
    components,
  };
}

if (import.meta.filename === process.argv[1]) {
  const { code, metafile } = await bundle("functions/index.ts");
  const lock: Lock = JSON.parse(textOf("package-lock.json"));
  const components = componentsOf(composition(metafile), lock);
  const path = join(root, process.argv[2] ?? "out/sbom.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(billOfMaterials(code, components), undefined, 2)}\n`);
  console.log(`${components.length} packages are in the bundle: ${path}`);
}
