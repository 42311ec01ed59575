/** Sentences with their tags. */
import { flatTokenSpans } from '../../../io/columns.ts'
import type { Document } from '../../../io/document.ts'
import { formatContext } from '../../../io/format.ts'
import { encodeTags } from '../../../io/tags.ts'
import { words } from '../../../io/tokens.ts'
import type { Example } from '../head.ts'
import { tagsOf } from './decode.ts'
import type { CrfDataset, CrfTaskConfig } from './keys.ts'

export interface TagExample extends Example {
  readonly tags: Int32Array
  /** Where the data set annotates only some labels: the ids of tags that an untagged token may have all the same. */
  readonly open?: Int32Array
}

export function* tagExamples(document: Document, { layer, scheme }: CrfTaskConfig, labels: readonly string[], dataset: CrfDataset): Generator<TagExample> {
  const { tokens, sentences } = document
  if (!tokens || !sentences) return
  const { labels: annotated } = dataset
  const known = new Set(annotated ? labels.filter((label) => annotated.includes(label)) : labels)
  const allTags = tagsOf(labels, scheme)
  const open = annotated && Int32Array.from(allTags.flatMap((tag, id) => (id > 0 && !known.has(tag.slice(2)) ? [id] : [])))
  const tagIds = new Map(allTags.map((tag, id) => [tag, id]))
  const spans = flatTokenSpans(document, document[layer], layer, formatContext(), tokens).filter(({ label }) => known.has(label))
  const list = words(document)
  const tags: string[] = []
  for (let s = 0, k = 0; s < sentences.begin.length; s++) {
    const [begin, end] = [sentences.begin[s], sentences.end[s]]
    const from = k
    while (k < spans.length && spans[k].end <= end) k++
    encodeTags(spans.slice(from, k), begin, end, scheme, tags)
    yield {
      id: `${document.id}#${s}`,
      sentences: [list.slice(begin, end)],
      tags: Int32Array.from({ length: end - begin }, (_, i) => tagIds.get(tags[begin + i]) ?? 0),
      ...(open?.length ? { open } : {}),
    }
  }
}
