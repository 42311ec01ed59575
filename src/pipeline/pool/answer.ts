/** The side of a thread that answers. */
import { plainError } from '../../io/plain-error.ts'
import type { Reply, Request } from './protocol.ts'

/** Makes what answers, from the settings that the thread was opened with. */
export type Begin<Settings, In, Out> = (settings: Settings) => Promise<(value: In) => Out | Promise<Out>>

/** What of an answer is handed over instead of copied. */
export type Transferred<Out> = (value: Out) => ArrayBuffer[]

/**
 * Answers requests one after another, as asked for.
 * @returns what is to be given each request
 */
export const answer = <In, Out>(
  say: (reply: Reply<Out>, transferred?: ArrayBuffer[]) => void,
  begin: () => Promise<(value: In) => Out | Promise<Out>>,
  transferred: Transferred<Out> = () => [],
): ((request: Request<In>) => void) => {
  const begun = begin()
  begun.then(
    () => say({ ready: true }),
    (error) => say({ failed: plainError(error) }),
  )
  const answerOne = async ({ id, value }: Request<In>): Promise<void> => {
    try {
      const out = await (await begun)(value)
      say({ id, value: out }, transferred(out))
    } catch (error) {
      say({ id, failed: plainError(error) })
    }
  }
  let turn = Promise.resolve()
  return (request) => {
    turn = turn.then(() => answerOne(request))
  }
}
