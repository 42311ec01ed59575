/**
 * How long a test's own thread has computed: what else runs on the machine, and on other threads, takes none of it. For
 * hostile inputs, which must cost no square of their length; speed is measured in bench.
 */
import { readFileSync } from 'node:fs'

/** Of the kernel's clock, a second. */
const ticks = 100

/** Seconds of the processor that this thread has had; where the system does not say, seconds that have passed. */
export const threadSeconds = (): number => {
  try {
    // Behind the name of the program, which may hold anything but ends with the last bracket.
    const fields = readFileSync('/proc/thread-self/stat', 'latin1').split(') ').at(-1)!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticks
  } catch {
    return performance.now() / 1000
  }
}
