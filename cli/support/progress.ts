/** A line of progress on a terminal: documents, rate, share of the input and time left. */
import { count, useColor } from './output.ts'

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
  const visible = show === 'auto' ? process.stderr.isTTY === true : show
  const started = performance.now()
  let documents = 0
  let sizes = 0
  let part = 0
  let drawn = 0
  let lines = false
  const dim = useColor(process.stderr) ? (text: string) => `\u001b[2m${text}\u001b[0m` : (text: string) => text
  const text = () => {
    const seconds = (performance.now() - started) / 1000
    const rate = documents / Math.max(seconds, 0.001)
    const left = part > 0 && part < 1 ? ` · ${Math.floor(part * 100)} % · ${duration((seconds * (1 - part)) / part)} left` : ''
    const units = unit && sizes > 0 ? ` · ${count(Math.round(sizes / Math.max(seconds, 0.001)))} ${unit}/s` : ''
    return `${label} ${count(documents)} documents ${dim(`· ${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))}/s${units}${left}`)}`
  }
  const clear = () => {
    if (lines) process.stderr.write('\r\u001b[2K')
  }
  const draw = () => {
    if (!process.stderr.isTTY) return
    clear()
    process.stderr.write(text())
    lines = true
  }
  return {
    add(size) {
      documents++
      sizes += size
      if (!visible) return
      const now = performance.now()
      if (now - drawn < interval) return
      drawn = now
      draw()
    },
    share(value) {
      part = value
    },
    note(message) {
      clear()
      process.stderr.write(`${message}\n`)
    },
    end() {
      if (!visible) return
      clear()
      process.stderr.write(`${text()}\n`)
    },
  }
}
