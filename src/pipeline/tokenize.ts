/**
 * Raw text to tokens with exact offsets, in the manner of the Penn Treebank: punctuation, clitics and the hyphens of
 * names apart; other words with hyphens, abbreviations, numbers, addresses, hashtags and emoticons whole. Nothing is
 * rewritten: a token is a slice of the text. Between tokens is white space, and what stands for none of the words: tags
 * and quoted lines' marks (`text/markup.ts`).
 */
import type { Spans } from '../io/document/document.ts'
import { calendar, isAbbreviation } from './text/abbreviations.ts'
import { emphasisAfter, emphasisBefore } from './text/emphasis.ts'
import { lifeMark, years } from './text/lives.ts'
import { quoteMarksEnd, tagAt } from './text/markup.ts'
import { isSpace, matchAt } from './text/match.ts'
import { cliticAfter, overReferences, referenceAt } from './text/references.ts'

const url =
  /(?:https?:\/\/|www\.)(?:[^\s<>"&]+|&(?!(?:gt|lt|quot|nbsp);))+|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/uy
/** Letters with their periods; "C." of 20 °C. is no initial, "T." of "Nguyen, T. (Hanoi)" is one. */
const acronym =
  /(?:\p{L}\.){2,12}(?=[^\p{L}\p{N}]|$)|Ph\.D\.|\p{Lu}\.(?:Arch|Com|Ed|Eng|Litt|Mus|Phil|Sc|Tech)\.|\p{Lu}\.(?:(?=\s*\p{Lu}[\p{L}'’.-])(?<![°º′″]\s?\p{Lu}\.)|(?=\s\()(?<=\p{L},\s\p{Lu}\.))|[NSEW]\.(?=\s*\p{N})(?<![°º′″]\s?[NSEW]\.)/uy
const number = /\p{N}+(?:[.,:/]\p{N}+)*(?:(?:st|nd|rd|th|s)(?![\p{L}\p{N}]))?/uy
const word =
  /[\p{L}\p{M}\p{N}_]+(?:(?:[-‐‑&+\u00ad](?<!&(?=[A-Za-z]{2,8}\d{0,2};))|['’](?=\p{L})(?<!_['’])|\.(?=\p{Ll}{2})|(?<=\p{N})\.(?=\p{N}))[\p{L}\p{M}\p{N}_]+)*/uy
/** A moment as ISO 8601 has it: 2025-03-04T08:15:00Z. */
const moment =
  /\p{N}{4}-\p{N}\p{N}-\p{N}\p{N}T\p{N}\p{N}(?::\p{N}\p{N}){1,2}(?:[.,]\p{N}{1,9})?(?:Z|[+-]\p{N}\p{N}:?(?:\p{N}\p{N})?)?(?![\p{L}\p{N}])/uy
const tag = /[#@][\p{L}\p{N}_]+/uy
const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\p{EMod}|\u200d\p{Extended_Pictographic})*|\p{RI}{2}/uy
/** Faces of western and eastern style and hearts, where a space or a line's beginning is before them: :-) ;P :'( <3 ^_^ */
const emoticon = /(?:[:;=]['’^o-]?[()[\]DPp/\\|3*]+|[xX]D+|<3+|\^_*\^)(?![\p{L}\p{N}])/uy
const repeated = /\.{2,}|-{2,}|[!?]+|`{2}|'{2}|—+|\*+|_+|=+|~+/uy
const clitic = /(?:n['’]t|['’](?:s|m|d|re|ve|ll))$/iu
/** Names of a letter and signs: C++, F#. */
const signed = /[A-Z](?:\+\+|#)(?![\p{L}\p{N}#+])/uy
/** A clitic cut off by a space, or a word that lost its beginning: rock 'n' roll, 'em, ’s, '90s. */
const loose = /['’](?:n['’]|(?:s|m|d|re|ve|ll|em|tis|twas|n|\p{N}0s)(?![\p{L}\p{N}]))/iuy
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

const ampersand = 38
const less = 60
const greater = 62
const underscore = 95
/** Between the date and the time of a moment. */
const timeMark = 84
/** Characters of a moment's date. */
const dateSize = 10

/** Token spans of a text, in UTF-16 code units. Time and memory are linear in its length. */
export const tokenize = (text: string): Spans => {
  const begin: number[] = []
  const end: number[] = []
  const push = (from: number, to: number) => {
    begin.push(from)
    end.push(to)
  }
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at++
      continue
    }
    if (!isPlainLetter(code)) {
      at = other(text, at, push)
      continue
    }
    const end = plainEnd(text, at)
    if (end === 0) {
      at = lettered(text, at, push)
      continue
    }
    push(at, end)
    at = end
  }
  return { begin: Int32Array.from(begin), end: Int32Array.from(end) }
}

const isPlainLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

/** Where a word of plain letters ends that nothing but a space, a comma or the end is behind, as most are; else 0. */
const plainEnd = (text: string, at: number): number => {
  let end = at + 1
  while (isPlainLetter(text.charCodeAt(end))) end++
  const next = text.charCodeAt(end)
  return next === 32 || next === 44 || next === 10 || end === text.length ? end : 0
}

type Push = (from: number, to: number) => void

/** Addresses are rare: looked for only where their mark follows in the same run. */
const addressAhead = (text: string, at: number): boolean => {
  for (let i = at; i < text.length && i < at + 64; i++) {
    const code = text.charCodeAt(i)
    if (isSpace(code)) return false
    if (code === 64) return true
    if (code === 58 && text.charCodeAt(i + 1) === 47) return true
  }
  return false
}

const trailing = new Set('.,;:!?)]\'"’”')

/** Where an address ends: without the punctuation after it, but with a bracket that was opened in it. */
const addressEnd = (text: string, from: number, to: number): number => {
  let open = 0
  for (let i = from; i < to; i++) open += text[i] === '(' ? 1 : text[i] === ')' ? -1 : 0
  let end = to
  for (; end > from + 1 && trailing.has(text[end - 1]); end--) {
    if (text[end - 1] !== ')') continue
    if (open >= 0) break
    open++
  }
  return end
}

/** The number of a king or a war that a sentence ends with, not an initial: "George V. In 1924", "World War I. The". */
const ordinalEnd =
  /(?<=\p{Lu}\p{Ll}+ )[IV](?=\.\s+(?:The|He|She|It|They|We|In|On|At|But|And|This|That|His|Her|Its|Their|For|When|After|As|An?)\s)/uy

const faceAt = (text: string, at: number): number =>
  at === 0 || isSpace(text.charCodeAt(at - 1)) ? matchAt(emoticon, text, at) : 0

const lettered = (text: string, at: number, push: Push): number => {
  const address = addressAhead(text, at) || text.startsWith('www.', at) ? matchAt(url, text, at) : 0
  if (address > 0) {
    const end = addressEnd(text, at, at + address)
    push(at, end)
    return end
  }
  const initials = matchAt(ordinalEnd, text, at) || matchAt(acronym, text, at) || lifeMark(text, at)
  if (initials > 0) {
    push(at, at + initials)
    return at + initials
  }
  const size = matchAt(word, text, at) || 1
  if (text.charCodeAt(at + size) === ampersand)
    return wordAt(text, at, overReferences(text, at + size, word) - at, push)
  return wordAt(text, at, (size === 1 && matchAt(signed, text, at)) || size, push)
}

const wordAt = (text: string, at: number, size: number, push: Push): number => {
  const end = at + size
  const form = text.slice(at, end)
  const emphasis = form.charCodeAt(size - 1) === underscore ? emphasisAfter(text, at, form) : 0
  if (emphasis > 0) {
    wordAt(text, at, size - emphasis, push)
    push(end - emphasis, end)
    return end
  }
  if (size > 1 && ideograph.test(form)) {
    // No spaces between words in these scripts: a character is a token.
    let from = at
    for (const character of form) {
      push(from, from + character.length)
      from += character.length
    }
    return end
  }
  if (size > 2 && hyphenated.test(form)) {
    let from = at
    for (const hyphen of nameHyphens(form)) {
      pushWord(text, from, at + hyphen, push)
      push(at + hyphen, at + hyphen + 1)
      from = at + hyphen + 1
    }
    // What follows the last of them may be an abbreviation, but "Seo-jun." is no month.
    if (from > at && !calendar.has(text.slice(from, end))) return wordAt(text, from, end - from, push)
    if (from > at) {
      pushWord(text, from, end, push)
      return end
    }
  }
  if (text.charCodeAt(end) === 46 && isAbbreviation(form, text, end)) {
    push(at, end + 1)
    return end + 1
  }
  pushWord(text, at, end, push)
  return end
}

const hyphenated = /[-‐‑]/
const capital = /\p{Lu}/u
/** Between a letter and a letter: COVID-19 and F-16 are names of one word. */
const hyphen = /(?<=[\p{L}\p{M}])[-‐‑](?=\p{L})/gu
/** Words that stand before a hyphen more often than by themselves: "Co-founded", but "pro-Kremlin". */
const prefix = /^(?:anti|co|counter|de|e|ex|mid|multi|non|over|post|pre|pro|re|self|semi|sub|super|un|under|x)$/i

/**
 * Where a word is cut: at its hyphens, if it holds a name (Al-Qaeda, Virginia-based, pro-Kremlin), as the corpora do
 * that people have marked names in. Common words (vice-president) are left whole, as GloVe has them.
 */
const nameHyphens = (word: string): number[] => {
  if (!capital.test(word)) return []
  const places = Array.from(word.matchAll(hyphen), ({ index }) => index)
  const [first] = places
  return prefix.test(word.slice(0, first)) && !capital.test(word.slice(first)) ? [] : places
}

/** Longest of the clitics. */
const mostClitic = 3

/** A word, its clitics apart: should|n't|'ve. */
const pushWord = (text: string, from: number, to: number, push: Push): void => {
  const cuts = [to]
  for (let end = to; end - from > 2; ) {
    const tail = Math.max(from, end - mostClitic)
    const found = clitic.exec(text.slice(tail, end))
    if (!found || tail + found.index === from) break
    end = tail + found.index
    cuts.push(end)
  }
  for (let start = from, i = cuts.length - 1; i >= 0; start = cuts[i--]) push(start, cuts[i])
}

/** A reference is a token, white space or part of a word; tags and a quoted line's marks are passed over. Where it ends, or `at`. */
const layout = (text: string, at: number, code: number, push: Push): number => {
  if (code === less) return at + tagAt(text, at)
  if (code === greater) return quoteMarksEnd(text, at)
  const found = referenceAt(text, at)
  if (found === undefined) return at
  const end = at + found.size
  if (found.kind === 'space') return end
  if (found.kind === 'letter') return wordAt(text, at, overReferences(text, at, word) - at, push)
  const stop = found.kind === 'apostrophe' ? end + cliticAfter(text, end) : end
  push(at, stop)
  return stop
}

const other = (text: string, at: number, push: Push): number => {
  const face = faceAt(text, at)
  if (face > 0) {
    push(at, at + face)
    return at + face
  }
  const code = text.charCodeAt(at)
  if (code === ampersand || code === less || code === greater) {
    const end = layout(text, at, code, push)
    if (end > at) return end
  }
  const stamp = text.charCodeAt(at + dateSize) === timeMark ? matchAt(moment, text, at) : 0
  if (stamp > 0) {
    push(at, at + stamp)
    return at + stamp
  }
  const year = matchAt(years, text, at)
  if (year > 0) {
    push(at, at + year)
    push(at + year, at + year + 1)
    push(at + year + 1, at + 2 * year + 1)
    return at + 2 * year + 1
  }
  const numeric = matchAt(number, text, at)
  const letters = matchAt(word, text, at)
  if (numeric > 0 && numeric >= letters) {
    push(at, at + numeric)
    return at + numeric
  }
  if (letters > 0) {
    const emphasis =
      code === underscore && !addressAhead(text, at) ? emphasisBefore(text, at, text.slice(at, at + letters)) : 0
    if (emphasis === 0) return lettered(text, at, push)
    push(at, at + emphasis)
    return at + emphasis
  }
  for (const pattern of [tag, repeated, emoji]) {
    const size = matchAt(pattern, text, at)
    if (size > 0) {
      push(at, at + size)
      return at + size
    }
  }
  const size = matchAt(loose, text, at) || ((text.codePointAt(at) as number) > 0xffff ? 2 : 1)
  push(at, at + size)
  return at + size
}
