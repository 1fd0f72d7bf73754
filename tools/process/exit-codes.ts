/** Exit codes of every command. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, bug: 70, interrupted: 130 } as const;

/** Meaning of each exit code, for the help. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "The command succeeded. Ctrl-C ends `logs`, `load`, `start` and `dev` with this code, too.",
  failed: "The command failed and printed the reason, or `status` or `doctor` found a problem.",
  usage: "An unknown command, option or argument, or an invalid value. Nothing was done.",
  bug: "A bug in these tools.",
  interrupted: "Ctrl-C ended the command. Run the command again to continue.",
};
