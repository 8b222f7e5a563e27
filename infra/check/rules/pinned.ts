import { fileAt, finding, textOf } from "../infra.ts";
import { written } from "../value.ts";
import type { Rule } from "./rule.ts";

interface Policy {
  readonly issuerParameters: { readonly name: string };
  readonly keyProperties: {
    readonly exportable: boolean;
    readonly keyType: string;
    readonly keySize: number;
    readonly reuseKey: boolean;
  };
  readonly secretProperties: { readonly contentType: string };
  readonly x509CertificateProperties: {
    readonly ekus: readonly string[];
    readonly keyUsage: readonly string[];
    readonly validityInMonths: number;
  };
  readonly lifetimeActions: readonly {
    readonly action: { readonly actionType: string };
    readonly trigger: { readonly daysBeforeExpiry?: number };
  }[];
}

const leaves = "certificate-policy.json";
const stays = "certificate-policy.vault-signature.json";

export const certificatePolicy: Rule = {
  says: "the certificate is an RSA key for signing only, made anew and renewed long before near-expiry; for signing in the vault the policy is the same but not exportable",
  findings: (infra) => {
    const policy: Policy = JSON.parse(textOf(infra, leaves));
    const { keyProperties: key, x509CertificateProperties: certificate } = policy;
    const renewal = policy.lifetimeActions.find(({ action }) => action.actionType === "AutoRenew");
    const must: Readonly<Record<string, boolean>> = {
      "be self-signed": policy.issuerParameters.name === "Self",
      "have an RSA key of 2048 bits at least": key.keyType === "RSA" && key.keySize >= 2048,
      "be exportable, for the app reads it as a secret": key.exportable,
      "get a new key at each renewal": !key.reuseKey,
      "be PEM": policy.secretProperties.contentType === "application/x-pem-file",
      "be for client authentication": certificate.ekus.join() === "1.3.6.1.5.5.7.3.2",
      "be for signatures": certificate.keyUsage.join() === "digitalSignature",
      "live for a year at most": certificate.validityInMonths <= 12,
      "be renewed more than 30 days before its end": (renewal?.trigger.daysBeforeExpiry ?? 0) > 30,
    };
    const same = textOf(infra, leaves).replace('"exportable": true', '"exportable": false');
    return [
      ...Object.entries(must)
        .filter(([, holds]) => !holds)
        .map(([what]) => finding(leaves, 1, `the certificate must ${what}`)),
      ...(textOf(infra, stays) === same
        ? []
        : [finding(stays, 1, `it must be ${leaves} but for "exportable": false`)]),
    ];
  },
};

const levels = ["off", "info", "warning", "error"];

/** Rules that Bicep's linter must at least warn of, so that a gate on warnings stops there. */
export const linterRules = [
  "no-hardcoded-env-urls",
  "no-hardcoded-location",
  "no-loc-expr-outside-params",
  "no-unused-imports",
  "no-unused-params",
  "no-unused-vars",
  "outputs-should-not-contain-secrets",
  "secure-parameter-default",
  "use-description-outputs",
  "use-description-params",
  "use-recent-api-versions",
  "use-stable-resource-identifiers",
  "use-user-defined-types",
];

interface Config {
  readonly extensions: Readonly<Record<string, string>>;
  readonly analyzers: {
    readonly core: { readonly rules: Readonly<Record<string, { readonly level: string }>> };
  };
}

export const compilerConfig: Rule = {
  says: "the compiler's own rules are on, and the Graph extension is pinned to 1.0.0",
  findings: (infra) => {
    const file = "bicepconfig.json";
    const config: Config = JSON.parse(textOf(infra, file));
    const { rules } = config.analyzers.core;
    const off = linterRules.filter((each) => levels.indexOf(rules[each]?.level ?? "") < 2);
    const graph = Object.values(config.extensions).join();
    return [
      ...off.map((each) => finding(file, 1, `${each} is not switched on`)),
      ...(graph === "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0"
        ? []
        : [finding(file, 1, `the Graph extension is ${graph}`)]),
      // The later types of the extension turn relationships into objects.
      ...infra.bicep
        .filter(({ resources }) =>
          resources.some(({ type }) => type.startsWith("Microsoft.Graph/")),
        )
        .filter(({ extensions }) => !extensions.includes("microsoftGraphV1"))
        .map((each) => finding(each, 1, "uses Graph types without the extension")),
    ];
  },
};

export const disabledWithReason: Rule = {
  says: "a diagnostic that is disabled in place has a reason",
  findings: (infra) =>
    infra.bicep.flatMap((each) =>
      each.text
        .split("\n")
        .flatMap((line, i) =>
          /^\s*#disable/.test(line) && !/^\s*#disable-next-line [a-z-]+ \/\/ .{20,}$/.test(line)
            ? [finding(each, i + 1, "disables a diagnostic without saying why")]
            : [],
        ),
    ),
};

export const globalCloud: Rule = {
  says: "the settings name the global cloud, which is the only one that the Graph extension knows",
  findings: (infra) => {
    const settings = fileAt(infra, "modules/app-settings.bicep");
    return /^ +CLOUD: 'global'$/m.test(settings.text)
      ? []
      : [finding(settings, 1, `CLOUD is not ${written({ kind: "string", text: "global" })}`)];
  },
};
