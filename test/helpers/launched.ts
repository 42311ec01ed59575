/** A process that runs until whoever launched it is gone, as `npx hmtl enrich` does: says its id, then how it ended. */
import { onLauncherGone } from '../../cli/support/launcher.ts'

const alive = setInterval(() => undefined, 1000)
onLauncherGone(() => {
  process.stdout.write('told\n')
  clearInterval(alive)
})
process.stdout.write(`${process.pid}\n`)
