/** The shells that the command completes itself in. */
export const shells = ["bash", "zsh", "powershell"] as const;
/** One of them. */
export type Shell = (typeof shells)[number];

export const isShell = (name: string): name is Shell => shells.some((each) => each === name);
