/** The side of a thread that answers. */
import { parentPort, type Transferable, workerData } from 'node:worker_threads'
import { HmtlError } from '../../io/errors.ts'
import { plainError } from '../../io/plain-error.ts'
import type { Reply, Request } from './protocol.ts'

/**
 * Answers requests one after another, as asked for.
 * @param begin makes what answers, from the settings that the thread was opened with
 * @param transferred what of an answer is handed over instead of copied
 */
export const serve = <Settings, In, Out>(
  begin: (settings: Settings) => Promise<(value: In) => Out | Promise<Out>>,
  transferred: (value: Out) => Transferable[] = () => [],
): void => {
  const port = parentPort
  if (!port) throw new HmtlError('HMTL_INTERNAL', 'this module is a thread’s, not a program’s')
  const say = (reply: Reply<Out>, list?: Transferable[]) => port.postMessage(reply, list)
  const begun = begin(workerData as Settings)
  begun.then(
    () => say({ ready: true }),
    (error) => say({ failed: plainError(error) }),
  )
  const answer = async ({ id, value }: Request<In>): Promise<void> => {
    try {
      const out = await (await begun)(value)
      say({ id, value: out }, transferred(out))
    } catch (error) {
      say({ id, failed: plainError(error) })
    }
  }
  let turn = Promise.resolve()
  port.on('message', (request: Request<In>) => {
    turn = turn.then(() => answer(request))
  })
}
