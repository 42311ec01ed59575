/**
 * What the small model learns from a better one: names on texts that three systems have voted on, and mentions, relations
 * and coreference on web, news and encyclopedia.
 *   node scripts/teach-data.mjs [MODEL]        after `npm run data:free`; MODEL is en-accurate
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const teacher = process.argv[2] ?? 'en-accurate'
/** Corpus, what is made of it, and the tasks that are taught on it: what people have annotated stays theirs. */
const lessons = [
  ['ewt-silver', 'ewt-taught', 'ner'],
  ['gum', 'gum-taught', 'ner'],
  ['ewt-text', 'ewt-read', 'emd,relation,coref'],
  ['docred', 'docred-read', 'emd,relation,coref'],
  ['redocred-evidence', 'redocred-read', 'emd,coref'],
  ['knowledgenet', 'knowledgenet-read', 'emd,coref'],
  ['pud', 'pud-read', 'emd,relation,coref'],
  ['re3d', 're3d-read', 'relation,coref'],
  ['gum', 'gum-read', 'relation,emd'],
  ['btc', 'btc-read', 'relation,emd'],
]
for (const [from, to, tasks] of lessons) {
  const output = `data/${to}/train.arrow`
  if (existsSync(output)) continue
  const teach = fileURLToPath(new URL('teach.mjs', import.meta.url))
  const args = [teach, teacher, `data/${from}/train.arrow`, '-o', output, '--tasks', tasks]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
