/** Spans as keys. */

/** One number for a span, to be a Map or Set key: exact for texts under 2^26 characters. */
export const spanKey = (begin: number, end: number): number => begin * 0x4000000 + end

/** Drawn anew by every process, so that no file can be made of spans that all want the same place. */
const [factor1, factor2] = crypto.getRandomValues(new Uint32Array(2)).map((drawn) => drawn | 1)

/** Slots that are kept for the next document; one that needs more has its own. */
const kept = new Float64Array(1 << 14)

/**
 * Whether a span was asked for before, of at most so many. A table of numbers of its own, since a `Set` of numbers that
 * are no small integers makes an object of each, and every document that is read is checked.
 * @returns a function that is used up before the next one is made
 */
export const spansSeen = (most: number): ((begin: number, end: number) => boolean) => {
  let size = 1 << 4
  while (size < 2 * most) size *= 2
  const slots = size <= kept.length ? kept : new Float64Array(size)
  // No span has this key: it would end before it begins.
  slots.fill(-1, 0, size)
  return (begin, end) => {
    const key = spanKey(begin, end)
    const hash = Math.imul(begin, factor1) + Math.imul(end, factor2)
    let at = (hash ^ (hash >>> 16)) & (size - 1)
    for (; slots[at] !== -1; at = (at + 1) & (size - 1)) if (slots[at] === key) return true
    slots[at] = key
    return false
  }
}
