/** Subtitles: cues in blocks, each a line of times and lines of what is said. */

export interface Cues {
  /** What is said, without tags. */
  readonly lines: readonly string[]
  /** Seconds from and to which each line is shown. */
  readonly times: readonly (readonly [from: number, to: number])[]
  /** Lines that were there already: captions that roll upwards show each line twice. */
  readonly repeated: number
  /** Lines that belong to no cue: notes, styles, what is damaged. */
  readonly other: number
}

const clock = '((?:\\d{1,3}:)?\\d{1,2}:\\d\\d[,.]\\d{1,3})'
const timing = new RegExp(`^[ \\t]*${clock}[ \\t]*-->[ \\t]*${clock}(?:[ \\t]|$)`)
/** SubRip's tags and WebVTT's, with times in them; and what says where on the picture a line stands. */
const tags = /<\/?(?:[biuscv]|font|lang|ruby|rt)(?:[.\s][^<>]{0,500})?>|<[\d:.]{4,15}>|\{\\[^{}]{0,100}\}/gi
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: '\u00a0', lrm: '', rlm: '' }

const seconds = (time: string): number => {
  const [fraction, ...whole] = time.split(/[:.,]/).reverse()
  return whole.reduce((sum, part, i) => sum + Number(part) * 60 ** i, Number(`0.${fraction}`))
}

const said = (line: string): string =>
  line
    .replace(tags, '')
    .replace(/&(amp|lt|gt|nbsp|lrm|rlm);/g, (_, name: string) => named[name])
    .replace(/[ \t]+/g, ' ')
    .trim()

export const parseCues = (text: string): Cues => {
  const lines: string[] = []
  const times: [number, number][] = []
  let [repeated, other] = [0, 0]
  let at: [number, number] | undefined
  /** What was shown last: a line of it that is shown again is not said again. */
  let [shown, showing]: [string[], string[]] = [[], []]
  const all = text.split(/\r\n|\n|\r/)
  for (const [i, line] of all.entries()) {
    const found = timing.exec(line)
    if (found) {
      if (showing.length > 0) shown = showing
      showing = []
      at = [seconds(found[1]), seconds(found[2])]
      continue
    }
    if (line.trim() === '') {
      at = undefined
      continue
    }
    // A cue's number or name stands before its times.
    if (at === undefined || timing.test(all[i + 1] ?? '')) {
      const named = i + 1 < all.length && timing.test(all[i + 1])
      if (!named && !(i === 0 && line.startsWith('WEBVTT'))) other++
      continue
    }
    const words = said(line)
    if (words === '') continue
    showing.push(words)
    if (shown.includes(words)) {
      repeated++
      continue
    }
    lines.push(words)
    times.push(at)
  }
  return { lines, times, repeated, other }
}
