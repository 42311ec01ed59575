/**
 * Signs of life to the group while a batch is worked on. The model works in other
 * threads: this one is free to give them.
 */
import type { KafkaBatch } from './port.ts'

export interface Heartbeat {
  /** Aborted when the group has taken the partition away. */
  readonly signal: AbortSignal
  /** @throws the group's refusal, once there was one */
  check(): void
  stop(): void
}

export const keepAlive = (batch: Pick<KafkaBatch, 'heartbeat'>, interval: number): Heartbeat => {
  const controller = new AbortController()
  const timer = setInterval(() => {
    batch.heartbeat().catch((error: Error) => controller.abort(error))
  }, interval)
  return {
    signal: controller.signal,
    check: () => controller.signal.throwIfAborted(),
    stop: () => clearInterval(timer),
  }
}
