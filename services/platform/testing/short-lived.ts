/**
 * Settings of a process that is to live for seconds: without the second compiler of JavaScriptCore,
 * which takes a quarter of such a process's time and never earns it.
 */
export const shortLived = { BUN_JSC_useDFGJIT: "0" } as const;
