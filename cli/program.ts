/**
 * The program. For a command that annotates a thread begins to load what it computes with while this one still reads
 * its options: each takes a fifth of a second.
 */
import { openSpare } from '../src/pipeline/pool/worker-thread.ts'
import { annotating } from '../src/pool-module.ts'

const [, , command, ...words] = process.argv
if (['annotate', 'enrich', 'serve'].includes(command) && !words.some((word) => word === '--help' || word === '-h'))
  openSpare(annotating)

import('./run.ts')
