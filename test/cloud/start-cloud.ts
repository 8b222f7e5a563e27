import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createAuthority } from "./certificates/authority.ts";
import { createClosers, type Closers } from "./closers.ts";
import type { CloudControl } from "./cloud-control.ts";
import { behaviorControl } from "./control/behavior-control.ts";
import { serveControl } from "./control/control-server.ts";
import { entraControl } from "./control/entra-control.ts";
import { peopleControl } from "./control/people-control.ts";
import { vaultControl } from "./control/vault-control.ts";
import { workerEnvironment } from "./environment.ts";
import { seedHome } from "./home.ts";
import { certificateNames } from "./host-names.ts";
import type { CloudOptions, LocalCloud } from "./local-cloud.ts";
import { openDoors } from "./open-doors.ts";
import { startStorage } from "./storage/start-storage.ts";
import { createStorageProxy, type StorageProxy } from "./storage/storage-proxy.ts";
import { createWorld } from "./world.ts";

/**
 * Starts a local cloud in this process, and Azurite as a child process, on free loopback ports.
 * Resolves when everything is ready.
 * @throws Error if a part does not start; then nothing is left running
 */
export async function startCloud(options: CloudOptions = {}): Promise<LocalCloud> {
  const closers = createClosers();
  try {
    return await open(options, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function open(options: CloudOptions, closers: Closers): Promise<LocalCloud> {
  const directory = await mkdtemp(join(tmpdir(), "local-cloud-"));
  closers.add(() => rm(directory, { recursive: true, force: true }));
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const world = await createWorld(options);
  const authority = await createAuthority(world.now());
  const server = await authority.issueServer(certificateNames(world.names));
  const [caFile, certificateFile, keyFile] = await Promise.all([
    file("ca.pem", authority.certificatePem),
    file("server.pem", server.certificatePem),
    file("server-key.pem", server.privateKeyPem),
  ]);
  const { blobSuffix, queueSuffix } = world.names;
  let proxy: StorageProxy | undefined;
  const [{ home, tools }, doors, storage] = await Promise.all([
    seedHome(world, options),
    closers.track(
      openDoors(world, {
        tls: server,
        ...(options.port !== undefined && {
          port: options.port,
          pass: (request, response) => proxy?.pass(request, response) ?? false,
        }),
      }),
    ),
    options.storage === false
      ? undefined
      : closers.track(
          startStorage(world, { certificateFile, keyFile, caPem: authority.certificatePem }),
        ),
  ]);
  if (storage !== undefined) {
    proxy = createStorageProxy({
      ports: new Map([
        [blobSuffix, storage.blobPort],
        [queueSuffix, storage.queuePort],
      ]),
      caPem: authority.certificatePem,
    });
    closers.add(async () => proxy?.close());
    storage.authorize(() =>
      world.issueToken(
        home.tenantId,
        home.managedIdentity.clientId,
        "https://storage.azure.com",
        3599,
      ),
    );
    await storage.provision();
    world.subscribe((event) => storage.enqueue("certificate-events", JSON.stringify(event)));
  }
  const account = home.storageAccount;
  const control: CloudControl = {
    ...entraControl(world),
    ...peopleControl(world),
    ...vaultControl(world),
    ...behaviorControl(world),
  };
  const controlListener = await closers.track(serveControl(control));
  const toolsFile = await file("tools.pem", tools.certificatePem);
  const cloud: Omit<LocalCloud, "env" | "close"> = {
    home,
    tools: {
      clientId: tools.clientId,
      clientSecret: tools.clientSecret,
      certificateFile: toolsFile,
    },
    urls: {
      ...doors.urls,
      control: `http://127.0.0.1:${controlListener.port}`,
      blob: storage && (doors.publicUrl(`${account}.${blobSuffix}`) ?? storage.blobUrl),
      queue: storage && (doors.publicUrl(`${account}.${queueSuffix}`) ?? storage.queueUrl),
    },
    redirect: {
      ...doors.redirect,
      ...(storage !== undefined && {
        [`*.${blobSuffix}`]: doors.sharedPort ?? storage.blobPort,
        [`*.${queueSuffix}`]: doors.sharedPort ?? storage.queuePort,
      }),
    },
    caFile,
    caPem: authority.certificatePem,
    identityHeader: world.identitySecret,
    storage: storage?.access,
    control,
  };
  return {
    ...cloud,
    env: () => workerEnvironment(world, cloud, options.cloud ?? "global"),
    close: () => closers.closeAll(),
  };
}
