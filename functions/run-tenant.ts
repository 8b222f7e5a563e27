import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** A tenant's ring: it has work. */
app.storageQueue("runTenant", {
  connection: "BatchStorage",
  queueName: "run",
  handler: (message, context) => application(context).runTenant(message),
});
