/** The kinds of heads that there are. A new one is a folder beside these and a line in this table. */
import { HmtlError } from '../../io/errors.ts'
import { corefHead } from './coref/index.ts'
import { crfHead } from './crf/index.ts'
import type { Head } from './head.ts'
import { relationHead } from './relation/index.ts'

const builtIn: readonly Head[] = [crfHead, relationHead, corefHead] as readonly Head[]

const table = new Map(builtIn.map((head) => [head.kind, head]))

export const headKinds = (): string[] => [...table.keys()]

/** @throws HmtlError `HMTL_CONFIG_VALUE` for a kind that there is not */
export const headOf = (kind: string): Head => {
  const head = table.get(kind)
  if (!head)
    throw new HmtlError('HMTL_CONFIG_VALUE', `there is no head of kind "${kind}"`, {
      remedy: `There are ${headKinds().join(', ')}`,
    })
  return head
}

/** Whether every thread knows the kind: what is registered is known where it was. */
export const isBuiltIn = (kind: string): boolean => builtIn.some((head) => head.kind === kind)

/**
 * Adds a kind of head, in this thread.
 * @throws HmtlError `HMTL_USAGE` where there is another of that kind
 *
 * @example
 * registerHead(moodHead)
 * parseConfig({ tasks: [{ name: 'mood', kind: 'mood', datasets: [{ train: 'train.jsonl' }] }] })
 */
export const registerHead = <H extends Head>(head: H): void => {
  const known = table.get(head.kind)
  if (known && known !== head) throw new HmtlError('HMTL_USAGE', `there is a head of kind "${head.kind}" already`)
  table.set(head.kind, head)
}
