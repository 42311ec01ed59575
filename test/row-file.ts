/** Rows of numbers that do not fit in memory: in a temporary file, read in any order, gone when closed. */
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { openRows } from '../src/io/vectors/row-file.ts'
import { testFolder } from './helpers/folder.ts'

/** A folder that is the one for temporary files while the test runs. */
const ownFolder = (t: ExecutionContext): string => {
  const folder = testFolder(t)
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  return folder
}

test.serial('property: rows appended in any portions are read in any order', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 }),
      fc.infiniteStream(fc.float({ noNaN: true })),
      fc.array(fc.nat(100), { maxLength: 20 }),
      (size, portions, numbers, order) => {
        const rows = openRows(size)
        try {
          const all: number[][] = []
          for (const count of portions) {
            const portion = Array.from({ length: count }, () =>
              Array.from({ length: size }, () => numbers.next().value),
            )
            // A view into a larger array: what is around it is not written.
            const around = Float32Array.from([7, ...portion.flat(), 7])
            rows.append(around.subarray(1, 1 + count * size))
            all.push(...portion)
          }
          const out = new Float32Array(size)
          for (const place of order) {
            if (all.length === 0) break
            rows.read(place % all.length, out)
            t.deepEqual([...out], all[place % all.length])
          }
        } finally {
          rows.close()
        }
      },
    ),
    { numRuns: 30 },
  )
})

test.serial('a row that is not there is an error with a code', (t) => {
  const rows = openRows(2)
  rows.append(Float32Array.of(1, 2, 3))
  const out = new Float32Array(2)
  rows.read(0, out)
  for (const row of [1, 2, 1e9, -1, 0.5, Number.NaN, 2 ** 60])
    t.throws(() => rows.read(row, out), { code: 'HMTL_OUTPUT_FAILED' }, String(row))
  t.deepEqual([...out], [1, 2])
  rows.close()
})

test.serial('the file is gone when it is closed, once or twice', (t) => {
  const folder = ownFolder(t)
  const rows = openRows(3)
  rows.append(new Float32Array(9))
  t.is(readdirSync(folder).length, 1)
  rows.close()
  t.deepEqual(readdirSync(folder), [])
  // Its number is another file's by now, which a second close must leave open.
  const other = openSync(join(folder, 'other'), 'w')
  rows.close()
  t.notThrows(() => closeSync(other))
  t.throws(() => rows.append(new Float32Array(3)), { code: 'HMTL_OUTPUT_FAILED' })
  t.throws(() => rows.read(0, new Float32Array(3)), { code: 'HMTL_OUTPUT_FAILED' })
})

test.serial('a folder that cannot be written to is an error that says what to do', (t) => {
  const folder = ownFolder(t)
  process.env.TMPDIR = join(folder, 'nowhere')
  t.false(existsSync(process.env.TMPDIR))
  const error = t.throws(() => openRows(1), { code: 'HMTL_OUTPUT_FAILED' })
  t.regex(error?.message ?? '', /TMPDIR/)
})
