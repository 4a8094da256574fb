/**
 * How many times longer than usual everything here may take, from `PATIENCE`: for a machine that is
 * busy with something else. Nobody waits longer for what comes in time.
 */
export const patience = Math.max(1, Number(process.env.PATIENCE) || 1);
