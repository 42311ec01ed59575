/** Starts program.ts, from its bundle. */
import { runCompiled } from '../src/io/compiled.ts'

const [, , command = ''] = process.argv
const keep = runCompiled('program', /^[a-z]+$/.test(command) ? command : 'none')
// A command that does not exist is not kept.
process.once('exit', (code) => {
  if (code === 0) keep()
})
