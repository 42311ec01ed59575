/** Starts worker.ts, from its bundle. */
import { runCompiled } from '../../io/compiled.ts'

runCompiled('worker', 'annotate')
