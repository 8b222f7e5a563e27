import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const workflows = globSync(".github/workflows/*.yml", { cwd: root });
const manifest: {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
} = JSON.parse(read("package.json"));

describe("the workflows", () => {
  for (const path of workflows) {
    it(`${path} pins every action to a commit, and says which version that is`, () => {
      const uses = read(path)
        .split("\n")
        .filter((line) => line.includes("uses:"));
      assert.ok(uses.length > 0);
      for (const line of uses) assert.match(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it(`${path} may only read, except where a job says otherwise`, () => {
      assert.match(read(path), /^permissions:\n {2}contents: read\n/m);
      assert.ok(!read(path).includes("secrets."));
    });
  }

  it("look for advisories every day, and keep the bundle's list of parts", () => {
    const text = read(".github/workflows/ci.yml");
    assert.match(text, /schedule:\n +- cron:/);
    assert.match(text, /npm audit --omit=dev --audit-level=low/);
    assert.match(text, /npm run sbom\n[^]*path: out\/sbom\.json/);
  });

  it("test every Node that nodeVersion allows, the default by the project's own", () => {
    const [, allowed = "", standard = ""] =
      /@allowed\(\[(.*)\]\)\nparam nodeVersion string = '(\d+)'/.exec(read("infra/main.bicep")) ??
      [];
    assert.equal(manifest.devDependencies["node"]?.split(".")[0], standard);
    const text = read(".github/workflows/ci.yml");
    const others = [...allowed.matchAll(/\d+/g)].map(String).filter((each) => each !== standard);
    assert.deepEqual(others, ["22"]);
    for (const major of others)
      assert.match(text, new RegExp(`install --no-save node@${major}\\.`));
    assert.match(text, new RegExp(`node-version: ${standard}[^]*\\.ci/run`));
  });

  it("fetch the tokens for Graph and Key Vault right after the sign-in", () => {
    const [, after = ""] = read(".github/workflows/deploy.yml").split("azure/login@");
    const [, next = ""] = after.split("- name:");
    assert.match(next, /get-access-token --resource-type ms-graph/);
    assert.match(next, /get-access-token --resource https:\/\/vault\.azure\.net/);
  });
});

describe("azure.yaml", () => {
  const text = read("azure.yaml").replaceAll(/\s+/g, " ");

  for (const script of ["deploy.sh", "publish.sh", "teardown.sh"]) {
    it(`calls ${script} with options that it takes`, () => {
      const [, options = ""] =
        new RegExp(`infra/${script}((?: --[a-z-]+ "?\\$\\w+"?)+)`).exec(text) ?? [];
      const given = [...options.matchAll(/--[a-z-]+/g)].map(([each]) => each);
      assert.deepEqual(given.slice(0, 2), ["--environment", "--resource-group"]);
      for (const each of given) assert.ok(read(`infra/${script}`).includes(`    ${each}) `), each);
    });
  }

  it("leaves provisioning to the scripts", () => {
    assert.match(text, /workflows: up: steps: - azd: env list hooks:/);
    assert.doesNotMatch(text, /^infra:/m);
  });
});

describe("packages that are held back", () => {
  const [, table = ""] = /## Held back\n([^]*?)\n#/.exec(read("README.md")) ?? [];
  const rows = table
    .split("\n")
    .filter((line) => /^\| (?!held back|---)/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const all = { ...manifest.devDependencies, ...manifest.dependencies, ...manifest.overrides };

  it("are those that the update bot is told to leave", () => {
    const ignored = [...read(".github/dependabot.yml").matchAll(/dependency-name: "?([^"\n]+)"?/g)];
    assert.deepEqual(
      new Set(rows.map(([, name]) => name)),
      new Set(ignored.map(([, name]) => name)),
    );
  });

  it("stand in README.md with the version in use, a reason and a day", () => {
    assert.ok(rows.length > 0);
    for (const [, name = "", version = "", reason = "", until = ""] of rows) {
      assert.ok(all[name]?.startsWith(version), `${name} ${version}`);
      assert.ok(reason.length > 20 && /\d{4}-\d{2}-\d{2}/.test(until), name);
    }
  });
});
