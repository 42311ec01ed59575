/** Turns of chats, interviews and plays: lines that begin with who speaks. */
import { type Line, linesIn, openingOf, tokenFrom } from './lines.ts'
import { speakerOf } from './speaker.ts'
import type { Told, Utterance } from './told.ts'

const time = String.raw`[([]?(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?[)\]]?`
const name = String.raw`@?\p{Lu}[\p{L}\p{N}_.'’-]{0,31}(?: [\p{Lu}\d][\p{L}\p{N}.'’-]{0,31}){0,3}`
/** "Liam: are you coming?", "[12:30] <aoife> yeah", "12/03/2025, 18:51 - Josh: no", "MS. ROE (crying): yes" */
const labelled = new RegExp(
  `^(\\s*(?:${time},?\\s+(?:-\\s)?)?)(?:<([^\\s<>]{1,32})>|(${name}|@?[\\p{L}\\p{N}_.-]{1,32})(?: \\([^()]{1,32}\\))?:)(?=\\s|$)`,
  'u',
)
/** "Priya Nair  9:41 AM", above what she says. */
const headed = new RegExp(`^(\\s*)(${name})\\s+${time}\\s*$`, 'u')
/** Lines of a mail's head, which nobody says. */
const fields = /^(?:from|to|cc|bcc|subject|re|fwd?|date|sent|reply-to)$/i

interface Label {
  readonly line: Line
  readonly label: string
  /** Characters of the line before and behind the label. */
  readonly before: number
  readonly after: number
}

const labelOf = (text: string, line: Line): Label | undefined => {
  const opening = openingOf(text, line)
  const found = labelled.exec(opening) ?? (line.to - line.from < 60 ? headed.exec(opening) : null)
  const label = found?.[2] ?? found?.[3]
  if (!found || label === undefined || fields.test(label)) return undefined
  const before = found[1].length
  return { line, label, before, after: found[3] === undefined ? found[0].length : before + label.length }
}

/** Whether people talk here: a label comes again and another is there, or most lines have labels, of two at least. */
const isTalk = (labels: readonly Label[], lines: number): boolean => {
  const distinct = new Set(labels.map(({ label }) => label))
  return distinct.size > 1 && (distinct.size < labels.length || 2 * labels.length >= lines)
}

export const findTurns = (told: Told): Utterance[] => {
  if (!told.text.includes('\n')) return []
  const lines = linesIn(told).filter(({ begin, end }) => end > begin)
  const labels = lines.flatMap((line) => labelOf(told.text, line) ?? [])
  if (!isTalk(labels, lines.length)) return []
  // Where most lines have none, those below a turn are not known to be its.
  const goesOn = 4 * labels.length >= lines.length
  return labels.map(({ line, label, before, after }, i) => {
    const [from, to] = [tokenFrom(told, line, before), tokenFrom(told, line, after)]
    return {
      begin: to,
      end: goesOn && i + 1 < labels.length ? labels[i + 1].line.begin : goesOn ? told.words.length : line.end,
      speaker: speakerOf(label.replace(/^@/, '').split(' '), true),
      named: Array.from({ length: to - from }, (_, k) => ({ token: from + k, person: 1 as const })),
    }
  })
}
