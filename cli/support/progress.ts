/** A line of progress on a terminal: documents, rate, share of the input and time left. */
import { count, counted, say, useColor } from './output.ts'
import { drawStatus, yieldToData } from './status-line.ts'

export interface Progress {
  /** Counts a document of `size` characters or words. */
  add(size: number): void
  /** Share of the input read so far, 0 to 1, where known. */
  share(part: number): void
  /** Says something on a line of its own. */
  note(text: string): void
  end(): void
}

export interface ProgressOptions {
  readonly label: string
  /** `auto` draws on a terminal only. */
  readonly show: boolean | 'auto'
  /** What `size` counts, such as `words`. */
  readonly unit?: string
}

const interval = 200

const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '–'
  const whole = Math.round(seconds)
  return whole < 60
    ? `${whole}s`
    : whole < 3600
      ? `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`
      : `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`
}

export const startProgress = ({ label, show, unit }: ProgressOptions): Progress => {
  const terminal = process.stderr.isTTY === true
  const visible = show === 'auto' ? terminal : show
  const started = performance.now()
  let documents = 0
  let sizes = 0
  let part = 0
  let drawn = 0
  let ended = false
  const stopYielding = visible && terminal ? yieldToData() : () => undefined
  const shareText = (seconds: number): string => {
    if (part === 0) return ''
    if (ended && part === 1) return ' · 100 %'
    // What was read may still be worked on.
    return ` · ${Math.min(99, Math.floor(part * 100))} %${part < 1 && !ended ? ` · ${duration((seconds * (1 - part)) / part)} left` : ''}`
  }
  const text = () => {
    const seconds = (performance.now() - started) / 1000
    const rate = documents / Math.max(seconds, 0.001)
    const units = unit && sizes > 0 ? ` · ${count(Math.round(sizes / Math.max(seconds, 0.001)))} ${unit}/s` : ''
    return `${label} ${counted(documents, 'document')} · ${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))}/s${units}${shareText(seconds)}`
  }
  // What is counted stands out, how fast it goes does not.
  const paint = (line: string) =>
    useColor(process.stderr) ? line.replace(/ · .*/, (rest) => `\u001b[2m${rest}\u001b[22m`) : line
  return {
    add(size) {
      documents++
      sizes += size
      if (!visible || !terminal) return
      const now = performance.now()
      if (now - drawn < interval) return
      drawn = now
      drawStatus(text(), paint)
    },
    share(value) {
      part = value
    },
    note: say,
    end() {
      stopYielding()
      ended = true
      if (visible) say(paint(text()))
    },
  }
}
