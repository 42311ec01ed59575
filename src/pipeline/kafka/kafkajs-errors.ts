/** What kafkajs throws, as errors of ours: what they mean, and what to do. */
import { type ErrorCode, HmtlError } from '../../io/errors.ts'

interface KafkaError extends Error {
  readonly type?: string
  /** `host:port`, of a connection's. */
  readonly broker?: string
  readonly retriable?: boolean
  readonly cause?: unknown
}

const chain = (error: unknown): KafkaError[] => {
  const out: KafkaError[] = []
  for (let at = error; at instanceof Error && out.length < 8; at = (at as KafkaError).cause) out.push(at as KafkaError)
  return out
}

interface Meaning {
  /** Of the types and names of an error and its causes. */
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly says: (message: string) => string
  readonly remedy: string
}

const rights = 'Ask for the rights on the topics, the group and the transactional ids of this group'

/** The first that fits is meant. */
const meanings: readonly Meaning[] = [
  {
    pattern: /AUTHORIZATION_FAILED/,
    code: 'HMTL_KAFKA_AUTH',
    says: (message) => `not allowed (${message})`,
    remedy: rights,
  },
  {
    pattern: /SASL|AUTHENTICATION/,
    code: 'HMTL_KAFKA_AUTH',
    says: (message) => `the brokers refused the credentials (${message})`,
    remedy: 'Check --sasl, the user name and HMTL_SASL_PASSWORD',
  },
  {
    pattern: /UNKNOWN_TOPIC_OR_PARTITION|TopicMetadataNotLoaded/,
    code: 'HMTL_KAFKA_TOPIC',
    says: () => 'no such topic',
    remedy: 'Create it first, or check its name',
  },
  {
    pattern: /MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/,
    code: 'HMTL_KAFKA_TOO_LARGE',
    says: (message) => message,
    remedy: 'Lower --max-message-bytes to the topic’s max.message.bytes',
  },
  {
    pattern: /INVALID_TIMESTAMP|INVALID_RECORD/,
    code: 'HMTL_KAFKA_REFUSED',
    says: (message) => message,
    remedy: 'Check the topic’s settings: message.timestamp.*, and cleanup.policy=compact, which wants keys',
  },
  {
    pattern:
      /KafkaJSConnection|ECONNREFUSED|ENOTFOUND|ETIMEDOUT|CoordinatorNotFound|BrokerNotFound|KafkaJSRequestTimeout/,
    code: 'HMTL_KAFKA_UNREACHABLE',
    says: (message) => `the brokers cannot be reached (${message})`,
    remedy: 'Check --brokers, the network, and whether the listener wants --tls or --sasl',
  },
]

const typesOf = (errors: readonly KafkaError[]): string =>
  errors.map(({ type, name }) => `${type ?? ''} ${name}`).join(' ')

/** What an error says, with the broker that it is about. */
export const messageOf = (error: unknown): string => {
  const errors = chain(error)
  const message = errors.at(-1)?.message ?? String(error)
  const broker = errors.find((each) => each.broker !== undefined)?.broker
  return broker === undefined || message.includes(broker) ? message : `${broker}: ${message}`
}

/** An error of kafkajs as one of ours. */
export const kafkaError = (error: unknown, doing: string): HmtlError => {
  if (error instanceof HmtlError) return error
  const message = messageOf(error)
  const types = typesOf(chain(error))
  const meaning = meanings.find(({ pattern, code }) =>
    pattern.test(code === 'HMTL_KAFKA_UNREACHABLE' ? `${types} ${message}` : types),
  )
  if (!meaning) return new HmtlError('HMTL_KAFKA_FAILED', `${doing}: ${message}`, { cause: error })
  return new HmtlError(meaning.code, `${doing}: ${meaning.says(message)}`, { cause: error, remedy: meaning.remedy })
}

/** A refusal that kafkajs only logs. */
export const notAllowed = (message: string): HmtlError =>
  new HmtlError('HMTL_KAFKA_AUTH', `the brokers refuse: ${message}`, { remedy: rights })

/** @throws HmtlError what `run` throws */
export const trying = async <T>(doing: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    throw kafkaError(error, doing)
  }
}

/** Longest that a question is repeated while the cluster says to come back, as a coordinator does that just starts. */
const patience = 30_000

const passes = (error: unknown): boolean =>
  chain(error).some(({ retriable, type }) => retriable === true && type !== 'UNKNOWN_TOPIC_OR_PARTITION')

/** Asks again while the cluster says to. @throws HmtlError what `run` throws */
export const patiently = async <T>(doing: string, run: () => Promise<T>): Promise<T> => {
  const until = Date.now() + patience
  for (let wait = 50; ; wait = Math.min(1000, 2 * wait))
    try {
      return await run()
    } catch (error) {
      if (!passes(error) || Date.now() > until) throw kafkaError(error, doing)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
}
