/** Words that keep the period after them. */
import { matchAt, words } from './match.ts'

/** What people and places are called before their names. */
const callings = words(
  'mr mrs ms mx dr prof rev hon gen brig col maj capt lt sgt cpl pvt pfc spc pte ens adm cmdr gov sen rep ald cllr amb atty asst pres supt det insp st ste mt ft messrs mme mlle msgr sra srta ' +
    'drs profs revs gens cols majs capts lts sgts govs sens reps attys cllrs',
)
/** Months and days, in small letters. */
const months = words('jan feb mar apr jun jul aug sep sept oct nov dec')
export const calendar = new Set([...months, ...words('mon tue tues wed thu thur thurs fri sat sun')])
/** Months as a token, with their period. */
export const monthsShort = new Set(months.map((month) => `${month}.`))

/** Abbreviations that keep their period, lower-cased and without it. */
const abbreviations = new Set([
  ...callings,
  ...calendar,
  ...words(
    'sr jr esq ' +
      'inc ltd co corp bros llc plc cos assn dept univ inst est div intl natl mgr ave aves blvd rd hwy sq sts ' +
      'vs etc eg ie al cf viz incl approx ca vol vols pp fig figs ed eds trans ' +
      'ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo',
  ),
])
/** Abbreviations before or in names, and nothing or a unit with a small letter: Fr. Byrne, Wm. Blake. HR is a department. */
const capitalized = new Set(words('Fr Br Hr Wm Geo Chas Jas Thos Robt Benj WM GEO CHAS JAS THOS ROBT BENJ'))
/** Abbreviations where a number follows, words else: "no. 5", "Art. 5", but "I said no." */
const numbered = new Set(words('no nos p pg ch sec art arts para eq eqs op ext tel fax'))
/** Of these such as are names with a capital: "max. 40", but "I met Max. 40 of us came." */
const numberedSmall = new Set(words('max min'))
const beforeNumber = /\.\s*\p{N}/uy
/** Abbreviations within a sentence, words at its end: "the govt. fell". */
const within = new Set(words('govt temp eng'))
const beforeSmall = /\.\s+\p{Ll}/uy

/**
 * Whether a word takes the period after it, of which `end` is the place. "v." stands between parties; 12 V may end a
 * sentence.
 */
export const isAbbreviation = (word: string, text: string, end: number): boolean => {
  // Of "etc..." the periods are an ellipsis.
  if (text.charCodeAt(end + 1) === 46 && text.charCodeAt(end + 2) === 46) return false
  // Eastern Standard Time is none.
  if (word === 'EST') return false
  const lower = word.toLowerCase()
  if (abbreviations.has(lower)) return true
  if (numbered.has(lower) || numberedSmall.has(word)) return matchAt(beforeNumber, text, end) > 0
  if (within.has(lower)) return matchAt(beforeSmall, text, end) > 0
  return word === 'v' || capitalized.has(word)
}

/** Abbreviations that a name or number follows, so that a capital after them begins no sentence. */
export const titles = new Set([...callings, ...numbered, ...words('vol vols pp fig figs cf vs')])
