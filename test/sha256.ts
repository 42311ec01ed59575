/** The digest where the platform keeps its own to itself, as browsers do from pages that came over plain HTTP. */
import { createHash } from 'node:crypto'
import test from 'ava'
import { sha256 } from '../src/io/sha256.ts'

test('the same with the platform’s implementation and without', async (t) => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto') as PropertyDescriptor
  const ofNode = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule') as PropertyDescriptor
  for (const size of [0, 1, 63, 64, 100_000]) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 256)
    const expected = createHash('sha256').update(bytes).digest('hex')
    t.is(await sha256(bytes), expected)
    Object.defineProperty(process, 'getBuiltinModule', { value: undefined, configurable: true })
    t.is(await sha256(bytes), expected)
    Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true })
    t.is(await sha256(bytes).finally(() => Object.defineProperty(globalThis, 'crypto', own)), expected)
    Object.defineProperty(process, 'getBuiltinModule', ofNode)
  }
})
