/** Half a year from now, counted in months, in UTC. */
const farMonth = ((new Date().getUTCMonth() + 6) % 12) + 1;

/** A schedule for a timer that runs only if it is fired: it comes in half a year, whatever day it is today. */
export const UNTIL_FIRED = `0 0 0 1 ${farMonth} *`;
