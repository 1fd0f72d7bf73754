/**
 * An error of the user or of their machine, not of this code. The message says what is wrong and what to try; it is
 * printed without a stack.
 */
export class UserError extends Error {}
