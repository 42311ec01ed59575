/** The chains that ARCHITECTURE.md draws are those of the code. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { root } from './helpers/documents.ts'

const bare = (code: string): string =>
  code
    .replace(/<[A-Z][\w<>& ]*>(?=\()/g, '')
    .replace(/\s/g, '')
    .replace(/,(?=[)\]}])/g, '')
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

test('each line stands in one of the files that are named above it', (t) => {
  const drawn = readFileSync(root('ARCHITECTURE.md'), 'utf8').match(/```ts\n([^`]*)```/)?.[1] ?? ''
  let files: string[] = []
  let lines = 0
  for (const line of drawn.split('\n').filter(Boolean)) {
    if (line.startsWith('//')) files = line.match(/\b(?:src|cli)\/[\w/-]+\.ts/g) ?? []
    else {
      lines++
      const pattern = new RegExp(bare(line).split('…').map(escaped).join('.*?'))
      t.true(
        files.some((file) => pattern.test(bare(readFileSync(root(file), 'utf8')))),
        `${line} is in none of ${files.join(', ')}`,
      )
    }
  }
  t.true(lines > 8)
})
