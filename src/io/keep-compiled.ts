/** Where this runs as a bundle of dist/node: writes what is compiled by then. */
declare const hmtlKeepCompiled: (() => void) | undefined

/** Keeps what V8 has compiled of the program by now for its next start: see `runCompiled`. */
export const keepCompiled = (): void => {
  if (typeof hmtlKeepCompiled === 'function') hmtlKeepCompiled()
}
