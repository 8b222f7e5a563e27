import { application } from "../../../shared/app/compose.ts";

/*
 * A process that runs the daily check once, by its environment, as the function does. What the log
 * would say goes to standard output; it ends with 1 if the check throws.
 */
try {
  await application({ log: (...line) => console.log(...line) }).checkCertificate();
} catch (error) {
  console.log(String(error));
  process.exitCode = 1;
}
