/** Temporary folders that are gone, with all that lies in them, when what they were made for is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext, TestFn } from 'ava'

const made = (parent: string, whenOver: (remove: () => void) => void): string => {
  const folder = mkdtempSync(join(parent, 'hmtl-'))
  // Tried again, where a program that ends still writes.
  whenOver(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** A folder for all tests of a file. Not before an `await` of the file: AVA wants hooks and tests declared in one go. */
export const fileFolder = (test: TestFn): string => made(tmpdir(), test.after.always)

/** A folder for one test. @param parent where it has to lie */
export const testFolder = (t: ExecutionContext, parent = tmpdir()): string => made(parent, t.teardown)
