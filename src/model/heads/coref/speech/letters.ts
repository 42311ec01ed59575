/** Letters and messages: from the greeting to the name below. */
import { type Line, linesIn, openingOf, tokenFrom } from './lines.ts'
import { speakerOf } from './speaker.ts'
import type { Told, Utterance } from './told.ts'

/** "Dear Ms. Okonkwo," "Hi Karin," at the beginning of a line. */
const greeting =
  /^([>\s]*(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening)),?\s+)((?!I\b)\p{Lu}[\p{L}.'’-]*(?:\s(?:and\s|&\s)?\p{Lu}[\p{L}.'’-]*){0,4})\s*(?:[,:!–—-]|$)/u
const closing =
  /^[>\s]*(?:(?:Kind|Kindest|Best|Warm|Warmest|With (?:kind|best)) (?:regards|wishes)|Best|Regards|Cheers|Thanks|Many thanks|Thank you|Sincerely|Yours(?: (?:sincerely|faithfully|truly|ever))?|Love|All the best|Take care)(?: again)?\s*[,.!–—-]?\s*$/iu
/** What is put above a letter that is answered or passed on. */
const above = /^[>\s]*(?:From:|On [^\n]{0,120} wrote:|-{3,}|_{3,})/u
const name = /^[>\s–—-]*(\p{Lu}[\p{L}.'’-]*(?: \p{Lu}[\p{L}.'’-]*){0,3})\s*$/u

const tokensOf = (begin: number, end: number, person: 1 | 2) =>
  Array.from({ length: Math.max(0, end - begin) }, (_, k) => ({ token: begin + k, person }))

/** The line of the name below a letter: the first with words behind the closing, if it is no longer than names are. */
const signatureAfter = (told: Told, lines: readonly Line[], at: number): Line | undefined => {
  const next = lines[at + 1]
  const opening = next && openingOf(told.text, next)
  return opening !== undefined && opening.length === next.to - next.from && name.test(opening) ? next : undefined
}

export const findLetters = (told: Told): Utterance[] => {
  const { text } = told
  if (!/\b(?:Dear|Hi|Hello|Hey|Good)\b/.test(text.slice(0, 100_000))) return []
  const lines = linesIn(told).filter(({ begin, end }) => end > begin)
  const letters: Utterance[] = []
  for (let i = 0; i < lines.length; i++) {
    const greeted = greeting.exec(openingOf(text, lines[i]))
    if (!greeted) continue
    const from = tokenFrom(told, lines[i], greeted[1].length)
    const to = tokenFrom(told, lines[i], greeted[1].length + greeted[2].length)
    let last = i
    let signature: Line | undefined
    while (last + 1 < lines.length && !signature) {
      const opening = openingOf(text, lines[last + 1])
      if (greeting.test(opening) || above.test(opening)) break
      last++
      if (closing.test(opening)) signature = signatureAfter(told, lines, last)
    }
    const written =
      signature &&
      openingOf(text, signature)
        .replace(/^[>\s–—-]+/, '')
        .trim()
    letters.push({
      begin: to,
      end: lines[last].end,
      speaker: written ? speakerOf(written.split(/\s+/), false) : undefined,
      named: [...tokensOf(from, to, 2), ...(signature ? tokensOf(signature.begin, signature.end, 1) : [])],
    })
    i = last
  }
  return letters
}
