/**
 * Starts program.ts, from its bundle. For a command that annotates a thread begins to load what it computes with before
 * this one loads anything itself: each takes a tenth of a second.
 */
import { runCompiled } from '../src/io/compiled.ts'
import { openSpare } from '../src/pipeline/pool/worker-thread.ts'
import { annotating } from '../src/pool-module.ts'

const [, , command = '', ...words] = process.argv
if (['annotate', 'enrich', 'serve'].includes(command) && !words.some((word) => word === '--help' || word === '-h'))
  openSpare(annotating)

const keep = runCompiled('program', /^[a-z]+$/.test(command) ? command : 'none')
// A command that does not exist is not kept.
process.once('exit', (code) => {
  if (code === 0) keep()
})
