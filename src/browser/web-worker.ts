/** Threads of a browser. */
import type { Asked, Outcome } from '../pipeline/pool/messages.ts'
import { type Platform, type Thread, type ThreadOptions, threadOver } from '../pipeline/pool/thread.ts'
import { browser, type WebWorker } from './platform.ts'
import type { BrowserWorkerSettings } from './worker.ts'
import source from './worker.txt'

const platform = (worker: WebWorker, release: () => void): Platform => ({
  post: (message) => worker.postMessage(message),
  listen({ message, died }) {
    worker.onmessage = ({ data }) => message(data)
    worker.onerror = ({ message: what }) => died(what ?? 'it could not be started')
    worker.onmessageerror = () => died('an answer could not be read')
  },
  async terminate() {
    worker.terminate()
    release()
  },
})

/**
 * A worker, which gets its engine ready at once and begins with its settings when they are there.
 * @param url of the worker's script, `hmtl/worker.js`, where the page's rules forbid workers from memory (`worker-src
 * blob:`)
 */
export const openWebWorker = (
  settings: Promise<BrowserWorkerSettings>,
  options: ThreadOptions,
  url?: string,
): Thread<Asked, readonly Outcome[]> => {
  const address = url ?? URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const release = () => {
    if (url === undefined) URL.revokeObjectURL(address)
  }
  const worker = new browser.Worker(address, { name: 'hmtl' })
  const thread = threadOver<Asked, readonly Outcome[]>(platform(worker, release), options)
  // Who asked for settings that do not come is told by their promise.
  settings.then((value) => worker.postMessage(value)).catch(() => undefined)
  thread.ready.then(release, release)
  return thread
}
