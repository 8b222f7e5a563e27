import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** Whether the application will be able to sign in tomorrow, in every tenant. */
app.timer("certificateCheck", {
  schedule: "%CERTIFICATE_CHECK_SCHEDULE%",
  handler: (_timer, context) => application(context).checkCertificate(),
});
