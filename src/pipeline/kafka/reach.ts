/**
 * Whether brokers answer, found out before anything is begun: a client that goes on
 * trying is right once it has been connected, and says nothing for long where an
 * address is wrong.
 */
import { connect } from 'node:net'
import { HmtlError } from '../../io/errors.ts'

/** Milliseconds in which one of them has to answer. */
const patience = 2500
/** Least that is left for those that they name. */
const leastForNamed = 1000

export interface Probe {
  /** Connects to `host:port` as the client would; gives the addresses by which brokers call themselves. */
  ask(broker: string): Promise<readonly string[]>
  /** What an error says. */
  messageOf(error: unknown): string
}

const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${(ms / 1000).toFixed(1)} s`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Whether anybody listens there. */
const listens = (address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const colon = address.lastIndexOf(':')
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    const socket = connect({ host, port: Number(address.slice(colon + 1)), timeout: patience })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('timeout', () => fail(new Error('no answer')))
  })

/** The first answer of any; where there is none, what each said. */
const first = async <T>(
  addresses: readonly string[],
  ms: number,
  ask: (address: string) => Promise<T>,
  messageOf: Probe['messageOf'],
): Promise<{ readonly answer: T } | { readonly errors: readonly unknown[]; readonly said: string }> => {
  try {
    return { answer: await Promise.any(addresses.map((address) => within(ms, ask(address)))) }
  } catch (error) {
    const { errors } = error as AggregateError
    const said = addresses.map((address, i) => {
      const message = messageOf(errors[i])
      return message.includes(address) ? message : `${address}: ${message}`
    })
    return { errors, said: said.join('; ') }
  }
}

/**
 * @throws HmtlError `HMTL_KAFKA_UNREACHABLE` naming each address and what became of it; `HMTL_KAFKA_AUTH`
 */
export const reachBrokers = async (brokers: readonly string[], { ask, messageOf }: Probe): Promise<void> => {
  const begun = Date.now()
  const seeds = await first(brokers, patience, ask, messageOf)
  if ('errors' in seeds) {
    const refusal = seeds.errors.find((error) => error instanceof HmtlError && error.code !== 'HMTL_KAFKA_UNREACHABLE')
    if (refusal) throw refusal
    throw new HmtlError('HMTL_KAFKA_UNREACHABLE', `no broker can be reached (${seeds.said})`, {
      remedy: 'Check --brokers, the network, and whether the listener wants --tls or --sasl',
    })
  }
  const named = await first(seeds.answer, Math.max(leastForNamed, patience - (Date.now() - begun)), listens, messageOf)
  if ('errors' in named && seeds.answer.length > 0)
    throw new HmtlError('HMTL_KAFKA_UNREACHABLE', `${brokers.join(', ')} answers, but the brokers it names cannot be reached (${named.said})`, {
      remedy: 'Set the brokers’ advertised.listeners to addresses that this machine can reach',
    })
}
