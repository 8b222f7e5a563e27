import type { CloudName } from "../../shared/core/clouds.ts";
import type { CloudControl } from "./cloud-control.ts";
import type { GraphAppOptions, SeedSettings } from "./graph/graph.ts";

/** Options of test/cloud/graph, passed on unchanged, and what to seed its directory with. */
type GraphOptions = Pick<GraphAppOptions, "meters" | "conditions" | "observe" | "journal"> & {
  readonly seed?: SeedSettings;
};

/** Options to start a local cloud; README.md has the defaults. */
export interface CloudOptions {
  readonly speed?: number;
  readonly latency?: boolean;
  readonly seed?: number;
  readonly storage?: boolean;
  readonly cloud?: CloudName;
  /** One TLS port for every public name, instead of a free port per service. */
  readonly port?: number;
  /** Graph application permissions of the product's application. */
  readonly roles?: readonly string[];
  /** Seeds people who can sign in, and the registration they sign in to. */
  readonly people?: boolean;
  readonly graph?: GraphOptions;
}

/** The seeded tenant and the objects that the product needs in it. */
export interface HomeTenant {
  readonly tenantId: string;
  readonly domain: string;
  readonly clientId: string;
  readonly applicationObjectId: string;
  readonly servicePrincipalId: string;
  readonly vaultName: string;
  readonly keyVaultUri: string;
  readonly certificateName: string;
  readonly managedIdentity: {
    readonly clientId: string;
    readonly principalId: string;
    readonly resourceId: string;
  };
  readonly storageAccount: string;
  /** With the option `people`. */
  readonly signIn?: SeededSignIn;
}

/** Someone who can sign in. */
export interface SeededPerson {
  readonly id: string;
  readonly userPrincipalName: string;
}

/** A public client with app roles for people, assignment required, and people with and without a role. */
export interface SeededSignIn {
  readonly clientId: string;
  readonly applicationObjectId: string;
  readonly servicePrincipalId: string;
  /** Two people with the role Batch.Decide. */
  readonly decider: SeededPerson;
  readonly secondDecider: SeededPerson;
  /** Has the role Batch.Submit only. */
  readonly submitter: SeededPerson;
  /** Is not assigned to the registration. */
  readonly stranger: SeededPerson;
  /** Is a Global Administrator; the others have no directory role. */
  readonly administrator: SeededPerson;
  /** A public client with every delegated Graph permission, for tools that sign people in. */
  readonly toolsClientId: string;
}

/** An application with every Graph permission, for third-party clients. */
interface ToolsApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Private key and certificate in one PEM file, as Azure CLI expects. */
  readonly certificateFile: string;
}

/** Addresses for clients that use loopback without the redirect. */
export interface CloudUrls {
  readonly login: string;
  readonly graph: string;
  readonly vault: string;
  readonly management: string;
  readonly identityEndpoint: string;
  readonly control: string;
  /** Path-style addresses of Azurite; undefined without storage. */
  readonly blob: string | undefined;
  readonly queue: string | undefined;
}

/** Azurite's account; the key is for tools only: the product signs in by identity. */
export interface StorageAccess {
  readonly account: string;
  readonly key: string;
  readonly connectionString: string;
}

/** A running local cloud. */
export interface LocalCloud {
  readonly home: HomeTenant;
  readonly tools: ToolsApplication;
  readonly urls: CloudUrls;
  /** Production host name → loopback port, for the redirect. */
  readonly redirect: Readonly<Record<string, number>>;
  readonly caFile: string;
  readonly caPem: string;
  readonly identityHeader: string;
  readonly storage: StorageAccess | undefined;
  readonly control: CloudControl;
  /** The environment of a worker process: production names, identity, CA and redirect. */
  env(): Record<string, string>;
  /** Stops every server and child process and removes the temporary files. */
  close(): Promise<void>;
}
