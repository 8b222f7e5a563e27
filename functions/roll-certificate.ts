import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** Key Vault has a new version of the certificate, or the check asks what is left to do. */
app.storageQueue("rollCertificate", {
  connection: "BatchStorage",
  queueName: "certificate-events",
  handler: (message, context) => application(context).rollCertificate(message),
});
