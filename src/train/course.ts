/**
 * The course of a training as it goes: `metrics.jsonl` for programs, `tensorboard` for that one, `report.html` for
 * people.
 */
import { appendFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { writeWhole } from '../model/store.ts'
import { parseExamples } from '../report/examples.ts'
import { parseEvents, trainingReport } from '../report/training-page.ts'
import { openEvents } from '../report/tensorboard.ts'

export interface Course {
  log(record: object): Promise<void>
  scalars(update: number, values: Readonly<Record<string, number>>): void
  /** Makes the page of all that was logged. */
  report(config: ModelConfig): Promise<void>
}

/** @param from the last update whose events are kept: what was logged after it happens again. @default none is */
export const openCourse = async (output: string, from?: number): Promise<Course> => {
  const path = join(output, 'metrics.jsonl')
  // A training that begins anew has no documents to show until its end.
  if (from === undefined) for (const old of [path, join(output, 'examples.jsonl')]) await rm(old, { force: true })
  else {
    const events = parseEvents(await readFile(path, 'utf8').catch(() => ''))
    const kept = events.filter((event) => 'update' in event && event.update <= from)
    await writeWhole(path, kept.map((event) => `${JSON.stringify(event)}\n`).join(''))
  }
  const board = openEvents(join(output, 'tensorboard'))
  return {
    async log(record) {
      await appendFile(path, `${JSON.stringify(record)}\n`).catch((cause) => {
        throw new HmtlError('HMTL_OUTPUT_FAILED', `cannot write ${path}: ${(cause as Error).message}`, {
          cause,
          remedy: 'Free space there and go on with --resume',
        })
      })
    },
    scalars: (update, values) => board.scalars(update, values),
    async report(config) {
      const examples = parseExamples(await readFile(join(output, 'examples.jsonl'), 'utf8').catch(() => ''))
      const events = parseEvents(await readFile(path, 'utf8'))
      await writeWhole(join(output, 'report.html'), trainingReport(config, events, examples))
    },
  }
}
