/** What needs much memory: a heap that is full is said to be, before anything is written over. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { root } from '../helpers/documents.ts'
import { testFolder } from '../helpers/folder.ts'

test('a full WebAssembly heap: an error with a code, and what was there before is unharmed', async (t) => {
  const folder = testFolder(t, root('dist'))
  const script = join(folder, 'fill.mjs')
  await writeFile(
    script,
    `import * as tf from '@tensorflow/tfjs-core'
     import { startEngine } from '../src/model/engine.js'
     import { gather } from '../src/model/kernels/ops/rows.js'
     await startEngine('wasm')
     const first = tf.tensor2d(Float32Array.from({ length: 1024 }, (_, i) => i), [32, 32])
     const row = tf.tensor1d(new Int32Array(1 << 20), 'int32')
     const kept = []
     try {
       // 128 MB each by a kernel's output: more than 4 GiB in all.
       for (let i = 0; i < 64; i++) kept.push(gather(first, row))
       console.log('never full')
     } catch ({ code, message }) {
       console.log(code, kept.length > 20, message.includes('--engine tensorflow'), first.dataSync().every((value, i) => value === i))
     }`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 120_000 })
  t.is(stdout.trim().split('\n').at(-1), 'HMTL_ENGINE_OUT_OF_MEMORY true true true')
})
