/**
 * Whether brokers can be reached, found out before anything is begun: a client that
 * goes on trying is right once it has been connected, and says nothing for long
 * where an address is wrong.
 */
import { connect } from 'node:net'
import { HmtlError } from '../../io/errors.ts'

/** Milliseconds in which somebody has to listen; and after which it is said that a listener does not answer. */
const patience = 2500

export interface Probe {
  /** Connects to `host:port` as the client would; gives the addresses by which brokers call themselves. */
  ask(broker: string): Promise<readonly string[]>
  /** What an error says. */
  messageOf(error: unknown): string
  /** Told of those that listen and do not answer yet. */
  onSlow?(message: string): void
}

/** Whether anybody listens there. */
const listens = (address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const colon = address.lastIndexOf(':')
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    const socket = connect({ host, port: Number(address.slice(colon + 1)) })
    // Of its own: finding the address of a name counts too.
    const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${patience / 1000} s`)), patience)
    socket.once('connect', () => {
      resolve()
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => clearTimeout(timer))
  })

/** The first answer of any. @throws AggregateError, with what each said as its message */
const first = async <T>(
  addresses: readonly string[],
  ask: (address: string) => Promise<T>,
  messageOf: Probe['messageOf'],
): Promise<T> => {
  try {
    return await Promise.any(addresses.map(async (address) => ask(address)))
  } catch (error) {
    const { errors } = error as AggregateError
    const said = addresses.map((address, i) => {
      const message = messageOf(errors[i])
      return message.includes(address) ? message : `${address}: ${message}`
    })
    throw new AggregateError(errors, said.join('; '))
  }
}

const unreachable = (cause: unknown, message: string, remedy: string) =>
  new HmtlError('HMTL_KAFKA_UNREACHABLE', message, { cause, remedy })

const remedy = 'Check --brokers, the network, and whether the listener wants --tls or --sasl'

/** @throws HmtlError `HMTL_KAFKA_UNREACHABLE` naming each address and what became of it; `HMTL_KAFKA_AUTH` */
export const reachBrokers = async (brokers: readonly string[], { ask, messageOf, onSlow }: Probe): Promise<void> => {
  await first(brokers, listens, messageOf).catch((error) => {
    throw unreachable(error, `no broker can be reached (${error.message})`, remedy)
  })
  const timer = setTimeout(
    () => onSlow?.(`${brokers.join(', ')}: no answer yet; does the listener want --tls or --sasl?`),
    patience,
  )
  const named = await first(brokers, ask, messageOf)
    .catch((error: AggregateError) => {
      const refusal = error.errors.find((each) => each instanceof HmtlError && each.code !== 'HMTL_KAFKA_UNREACHABLE')
      throw refusal ?? unreachable(error, `no broker answers (${error.message})`, remedy)
    })
    .finally(() => clearTimeout(timer))
  if (named.length === 0) return
  await first(named, listens, messageOf).catch((error) => {
    throw unreachable(
      error,
      `${brokers.join(', ')} answers, but the brokers that it names cannot be reached (${error.message})`,
      'Set advertised.listeners of the brokers to addresses that this machine can reach',
    )
  })
}
