/** How much of an input is held at once. */

/** Bytes of a line. */
export const defaultMaxLineBytes = 64 * 1024 * 1024
