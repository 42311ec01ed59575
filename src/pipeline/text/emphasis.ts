/**
 * Underscores around words, as Markdown and typed books set what is emphasized: _Nature_, _Charles Babbage_, __Bergen__.
 * Names of programs keep theirs: snake_case, _private, __init__.
 */
import { isSpace, wordly } from './match.ts'

/** Characters between the first word's underscore and the last one's; a bound, so that time is linear. */
const mostEmphasized = 400

const underscore = 95
const identifier = /^_{2,}\p{Ll}[\p{Ll}\p{N}]*_+$/u

const runAt = (text: string, at: number): number => {
  let end = at
  while (text.charCodeAt(end) === underscore) end++
  return end - at
}

const isWordly = (character: string | undefined): boolean => character !== undefined && wordly.test(character)

/** Whether a run of underscores ends an emphasis: behind something, before no word. */
const closes = (text: string, at: number, size: number): boolean =>
  !isSpace(text.charCodeAt(at - 1)) && !isWordly(text[at + size])

const opens = (text: string, at: number, size: number): boolean =>
  !isWordly(text[at - 1]) && !isSpace(text.charCodeAt(at + size))

const endsParagraph = (text: string, at: number): boolean =>
  text.charCodeAt(at) === 10 && text.charCodeAt(at + 1) === 10

const isClosed = (text: string, from: number, size: number): boolean => {
  for (let at = from; at < text.length && at < from + mostEmphasized && !endsParagraph(text, at); at++) {
    if (text.charCodeAt(at) !== underscore) continue
    const run = runAt(text, at)
    if (closes(text, at, run)) return run === size
    if (opens(text, at, run)) return false
    at += run
  }
  return false
}

const isOpened = (text: string, to: number, size: number): boolean => {
  for (let at = to - 1; at >= 0 && at > to - mostEmphasized && !endsParagraph(text, at); at--) {
    if (text.charCodeAt(at) !== underscore) continue
    let run = 1
    while (run <= size && text.charCodeAt(at - run) === underscore) run++
    const begin = at - run + 1
    if (opens(text, begin, run)) return run === size
    if (closes(text, begin, run)) return false
    at = begin
  }
  return false
}

/** How many underscores at the beginning of the word `form`, which stands at `at`, are no part of it. */
export const emphasisBefore = (text: string, at: number, form: string): number => {
  const size = runAt(form, 0)
  if (size > 3 || size === form.length) return 0
  const inner = form.indexOf('_', size)
  if (inner < 0) return isClosed(text, at + form.length, size) ? size : 0
  return runAt(form, inner) === size && inner + size === form.length && !identifier.test(form) ? size : 0
}

/** The same at its end; of a word that begins with them only together with those. */
export const emphasisAfter = (text: string, at: number, form: string): number => {
  const inner = form.indexOf('_')
  const size = form.length - inner
  return inner > 0 && size <= 3 && runAt(form, inner) === size && isOpened(text, at, size) ? size : 0
}
