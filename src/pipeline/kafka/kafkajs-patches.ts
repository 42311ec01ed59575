/**
 * Four defects of kafkajs 2.2.4, mended in its own modules: timers, records of
 * aborted transactions, brokers that all fail at once, and headers
 * (`kafkajs-headers.ts`). It has had no release
 * since 2023, so the version is pinned, and the patches refuse any other.
 */
import { createRequire } from 'node:module'
import { HmtlError } from '../../io/errors.ts'
import { headerModules } from './kafkajs-headers.ts'

const require = createRequire(import.meta.url)

const patchedVersion = '2.2.4'

interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null
  throttledUntil: number
  pending: readonly unknown[]
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

interface Message {
  readonly offset: string
  readonly key: Buffer | null
  readonly isControlRecord: boolean
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
}

interface Aborted {
  readonly firstOffset: string
  readonly producerId: string
}

const checkInterval = 10

/** An open connection re-arms a 1 ms timer for ever (issues 1556 and 1704): armed only when a request waits. */
const stopIdleTimers = () => {
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }
  prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId) return
    const throttle = this.throttledUntil - Date.now()
    if (throttle <= 0 && this.pending.length === 0) return
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      },
      throttle > 0 ? throttle : checkInterval,
    )
  }
}

interface Cluster {
  metadata(options?: object): Promise<object | null>
}

/**
 * What a cluster knows is `null` where every broker failed while it was asked, as in a restart, and who asked fails on
 * that: here it is an error that passes, as others are of brokers that are not found.
 */
const failWithoutBrokers = () => {
  const { prototype } = require('kafkajs/src/cluster') as { prototype: Cluster }
  const { KafkaJSBrokerNotFound } = require('kafkajs/src/errors') as {
    KafkaJSBrokerNotFound: new (message: string) => Error
  }
  const { metadata } = prototype
  prototype.metadata = async function (options) {
    const found = await metadata.call(this, options)
    if (found === null) throw new KafkaJSBrokerNotFound('none of the brokers answers')
    return found
  }
}

const abortMarker = Buffer.alloc(4)

/**
 * Messages without those of aborted transactions. Brokers list these in the order
 * they ended, and several may begin before one message; kafkajs expects the order
 * they began in, one a message, and lets the others through.
 */
const withoutAborted = ({
  messages,
  abortedTransactions,
}: {
  messages: readonly Message[]
  abortedTransactions?: readonly Aborted[] | null
}): readonly Message[] => {
  if (!abortedTransactions || abortedTransactions.length === 0) return messages
  const coming = [...abortedTransactions].sort((a, b) => (BigInt(a.firstOffset) < BigInt(b.firstOffset) ? -1 : 1))
  const open = new Set<string>()
  return messages.filter((message) => {
    while (coming.length > 0 && BigInt(message.offset) >= BigInt(coming[0].firstOffset))
      open.add(String((coming.shift() as Aborted).producerId))
    const producer = String(message.batchContext.producerId)
    if (message.isControlRecord) {
      if (message.key && Buffer.from(message.key).equals(abortMarker)) open.delete(producer)
      return true
    }
    return !(message.batchContext.inTransaction && open.has(producer))
  })
}

/** Puts another function in the place of what a module exports. */
const replaceModule = (name: string, by: unknown) => {
  const path = require.resolve(name)
  require(path)
  const loaded = require.cache[path]
  if (loaded) loaded.exports = by
}

let patched = false

/** Must run before kafkajs is first loaded. */
export const patchKafkajs = (): void => {
  if (patched) return
  const { version } = require('kafkajs/package.json') as { version: string }
  if (version !== patchedVersion)
    throw new HmtlError('HMTL_KAFKA_FAILED', `kafkajs ${version} is installed where ${patchedVersion} is patched`, {
      remedy: 'Install the version that hmtl names',
    })
  stopIdleTimers()
  replaceModule('kafkajs/src/consumer/filterAbortedMessages', withoutAborted)
  for (const [name, by] of Object.entries(headerModules)) replaceModule(name, by)
  // Last: it loads what stands on the modules that were replaced.
  failWithoutBrokers()
  process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'
  patched = true
}
