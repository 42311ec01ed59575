/**
 * Where the time of annotating goes, by kernel:
 *   node bench/engine/profile.mjs CORPUS.jsonl [--model en] [--documents 60] [--tasks ner,emd]
 * One model in this thread on wasm, the first pass for the compiler, the second under V8's profiler. WebAssembly has no
 * names in a profile, only places of functions: those that the module exports are named by it, the others by who called.
 */
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { parseArgs } from 'node:util'
import { startEngine } from '../../dist/src/model/engine.js'
import { loadModel } from '../../dist/src/model/store.js'
import { modelFolder } from '../../dist/src/models.js'
import { createAnnotator } from '../../dist/src/pipeline/annotate.js'
import { readDocuments } from '../../dist/src/io/read.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'en' },
    documents: { type: 'string', default: '60' },
    tasks: { type: 'string' },
  },
})
const [corpus] = positionals
if (!corpus)
  throw new Error('usage: node bench/engine/profile.mjs CORPUS.jsonl [--model en] [--documents 60] [--tasks ner,emd]')

/** Names of a module's exported functions by their index. */
const exportsOf = (bytes) => {
  const names = new Map()
  let at = 8
  const number = () => {
    let [value, shift, byte] = [0, 0, 0]
    do {
      byte = bytes[at++]
      value += (byte & 0x7f) * 2 ** shift
      shift += 7
    } while (byte & 0x80)
    return value
  }
  while (at < bytes.length) {
    const id = bytes[at++]
    const end = number() + at
    if (id === 7)
      for (let left = number(); left > 0; left--) {
        const length = number()
        const name = new TextDecoder().decode(bytes.subarray(at, at + length))
        at += length
        const kind = bytes[at++]
        const index = number()
        if (kind === 0) names.set(index, name)
      }
    at = end
  }
  return names
}

const { simd } = await startEngine('wasm')
const kernels = exportsOf(
  readFileSync(new URL(`../../dist/src/model/kernels/simd/kernels-${simd}.wasm`, import.meta.url)),
)
const model = await loadModel(modelFolder(values.model), { compact: true })
const annotate = createAnnotator(model, values.tasks ? { tasks: values.tasks.split(',') } : {})
const some = async function* () {
  let left = Number(values.documents)
  for await (const document of readDocuments(corpus)) {
    if (left-- === 0) return
    yield document
  }
}
const pass = async () => {
  let words = 0
  for await (const { document } of annotate(some())) words += document.tokens.begin.length
  return words
}
await pass()
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 500 })
await session.post('Profiler.start')
const begun = performance.now()
const words = await pass()
const seconds = (performance.now() - begun) / 1000
const { profile } = await session.post('Profiler.stop')

const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
const fileOf = ({ callFrame: { url } }) => url.split('/').slice(-2).join('/')
/** The op that a kernel is called by, and the function that the module exports for it. */
const nameOf = (id) => {
  const node = nodes.get(id)
  // Small kernels are inlined into what V8 makes to call them.
  if (!/^(?:wasm-function|js-to-wasm)/.test(node.callFrame.functionName)) {
    const file = fileOf(node)
    return file === '/' || file === '' ? node.callFrame.functionName : `JavaScript: ${file.replace('.js', '')}`
  }
  let [kernel, op, simd] = ['', '', false]
  for (let at = id; at !== undefined && op === ''; at = parents.get(at)) {
    const { functionName, url } = nodes.get(at).callFrame
    const place = /^wasm-function\[(\d+)\]$/.exec(functionName)
    if (place) kernel = kernels.get(Number(place[1])) ?? kernel
    simd ||= url.includes('/kernels/')
    // A function that was inlined into what called it leaves no trace of itself.
    if (simd && !place && kernel === '' && !/^$|^Hmtl|withScratch/.test(functionName)) kernel = functionName
    if (functionName.startsWith('Hmtl')) op = functionName
  }
  return simd ? `${op || 'kernel'}: ${kernel}` : 'tfjs’s own kernels'
}
const times = new Map()
let total = 0
profile.samples.forEach((id, i) => {
  const name = nameOf(id)
  const time = profile.timeDeltas[i] / 1000
  if (name === '(idle)') return
  total += time
  times.set(name, (times.get(name) ?? 0) + time)
})
console.log(
  `${values.model}, ${simd}, Node ${process.version}: ${words} words in ${seconds.toFixed(1)} s\n\n| where | share |\n|---|---|`,
)
for (const [name, time] of [...times].sort((a, b) => b[1] - a[1]).slice(0, 16))
  console.log(`| ${name} | ${((100 * time) / total).toFixed(1)} % |`)
process.exit(0)
