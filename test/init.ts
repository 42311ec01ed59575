/** `hmtl init`: what it makes can be trained, evaluated and used by the commands that its page names. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { starterDocuments } from '../datasets/starter/index.ts'
import { testFolder } from './helpers/folder.ts'
import { run, slowly } from './helpers/in-process.ts'

test('names, their relations and their clusters lie where they are, and are the same every time', (t) => {
  const first = [...starterDocuments('all', 'train', 200)]
  t.deepEqual(
    [...starterDocuments('all', 'train', 200)].map(({ text }) => text),
    first.map(({ text }) => text),
  )
  t.is(first.length, 200)
  t.true(new Set(first.map(({ text }) => text)).size > 130)
  for (const { text, entities } of first)
    for (const [i, begin] of entities!.begin.entries())
      t.regex(text.slice(begin, entities!.end[i]), /^(the )?\p{Lu}.*[^ .,]$/u)
  t.is([...starterDocuments('ner', 'dev', 3)][0].relations, undefined)
})

for (const kind of ['ner', 'relation', 'all'])
  test.serial(`${kind}: init, train, evaluate and annotate, as its page says`, async (t) => {
    const folder = testFolder(t)
    const mine = join(folder, 'mine')
    t.is((await run('init', [kind, mine])).code, 0)
    const page = await readFile(join(mine, 'README.md'), 'utf8')
    const commands = [...page.matchAll(/^(?:.*\| )?hmtl (\w+) (.*)$/gm)].map(([, name, words]) => [
      name,
      ...words.split(' '),
    ])
    t.deepEqual(
      commands.map(([name]) => name),
      ['train', 'evaluate', 'annotate'],
    )
    const [train, evaluate, annotate] = commands.map(([, ...words]) => words)
    const few = kind === 'ner' ? [] : ['--set', 'training.updates=40', '--set', 'training.validateEvery=20']
    t.is((await run('train', [...train, '--engine', 'wasm', '-q', ...few])).code, 0)
    const scored = await run('evaluate', [...evaluate, '--engine', 'wasm', '--json'])
    t.is(scored.code, 0)
    if (kind === 'ner') t.true(JSON.parse(scored.out).ner.f1 > 0.8, scored.out)
    const text = Buffer.from('{"text":"Maren Holt works for Okapi Labs in Leeds."}\n')
    const annotated = await run(
      'annotate',
      [...annotate, '--engine', 'wasm', '--workers', '1', '-q'],
      slowly(text, 100),
    )
    t.is(annotated.code, 0)
    if (kind === 'ner') {
      t.regex(annotated.out, /"start":0,"end":10,"label":"PERSON"/)
      const [, words] = /`hmtl train (\S*from-en.json [^`]*)`/.exec(page) ?? []
      const begun = await run('train', [...words.split(' '), '--engine', 'wasm', '-q', '--set', 'training.updates=60'])
      t.true(JSON.parse(begun.out).bestMain.ner > 0.4, begun.out)
    }
  })

test('a folder that holds something is left as it is', async (t) => {
  const folder = testFolder(t)
  await writeFile(join(folder, 'mine.txt'), 'x')
  await t.throwsAsync(run('init', ['ner', folder]), { code: 'HMTL_USAGE', message: /not empty/ })
  await t.throwsAsync(run('init', ['ner', join(folder, 'mine.txt')]), { code: 'HMTL_USAGE' })
})
