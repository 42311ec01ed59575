/** What the gold may say: labels of each layer, and which types of name a relation takes. */

/** Names, as Re-DocRED types them. */
export const entityLabels = ['PER', 'LOC', 'ORG', 'MISC', 'TIME', 'NUM']

/** Names and nominals that refer, as ACE and LitBank type them. */
export const mentionLabels = ['PER', 'ORG', 'GPE', 'LOC', 'FAC', 'VEH']

const [person, place, organization, work, time] = [['PER'], ['LOC'], ['ORG'], ['MISC'], ['TIME']] as const
const group = ['PER', 'ORG'] as const
const seat = ['LOC', 'ORG'] as const

/** Pronouns that are arguments of relations, and what one of them may stand for. */
const standing = {
  PER: 'he him his she her hers i me my',
  ORG: 'we our',
  'PER ORG': 'they them their',
  'ORG LOC': 'it its',
}
export const pronounTypes: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(standing).flatMap(([types, words]) =>
    words.split(' ').map((word) => [word, types.split(' ')] as const),
  ),
)

/** Label → types of its subject and of its object. */
export const relationTypes: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  'place of birth': [person, place],
  'place of death': [person, place],
  'date of birth': [person, time],
  'date of death': [person, time],
  spouse: [person, person],
  child: [person, person],
  sibling: [person, person],
  'country of citizenship': [person, place],
  residence: [person, place],
  'educated at': [person, organization],
  employer: [person, organization],
  'member of political party': [person, organization],
  'member of sports team': [person, organization],
  'member of': [['PER', 'ORG', 'LOC'], organization],
  'founded by': [organization, group],
  'headquarters location': [organization, place],
  'parent organization': [organization, organization],
  'owned by': [['ORG', 'LOC', 'MISC'], group],
  inception: [seat, time],
  'chief executive officer': [organization, person],
  'located in': [seat, place],
  country: [seat, place],
  continent: [place, place],
  'capital of': [place, place],
  'head of state or government': [place, person],
  'located in or next to body of water': [place, place],
  'part of': [
    ['MISC', 'LOC', 'ORG'],
    ['MISC', 'LOC', 'ORG'],
  ],
  creator: [work, group],
  performer: [work, group],
  'cast member': [work, person],
  'record label': [['MISC', 'PER', 'ORG'], organization],
  'publication date': [work, time],
  'participant in': [['PER', 'ORG', 'LOC'], work],
  follows: [work, work],
  'award received': [['PER', 'ORG', 'MISC'], work],
  'country of origin': [['MISC', 'ORG'], place],
}
