// The app: each import registers its trigger with the Functions host.
import "./accept-batch.ts";
import "./app-terminate.ts";
import "./certificate-check.ts";
import "./decide.ts";
import "./roll-certificate.ts";
import "./run-tenant.ts";
import "./settle-poison.ts";
import "./stale-accounts.ts";
import "./sweep.ts";
