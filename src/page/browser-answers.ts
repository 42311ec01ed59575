/** The page with the model in the browser, on any static host, and from its second visit on without a network. */
import type { Answering } from './page.ts'

const script = `import { drawFragment, load } from './hmtl.js'
let say = () => {}
let shown = -1
const loading = load(new URL('model/', document.baseURI), {
  onProgress(loaded, total) {
    const part = total ? Math.floor((100 * loaded) / total) : Math.floor(loaded / 1e6)
    if (part !== shown) say('loading the model, ' + (shown = part) + (total ? ' %' : ' MB'))
  },
})
// Who asks is told.
loading.catch(() => {})
const found = async (text, signal) => (await loading).annotate({ id: 'text', text }, { signal })
globalThis.hmtlAnswers = {
  draw: async (text, signal) => {
    const { document } = await found(text, signal)
    return drawFragment(document)
  },
  json: async (text) => JSON.stringify(await found(text)),
  model: async () => (await fetch('model.json')).json(),
  begin(how) {
    say = how
  },
}
// It fetches all once more, to keep it: not before somebody has seen something.
const keep = () => navigator.serviceWorker.register('offline.js')
if ('serviceWorker' in navigator && isSecureContext) loading.then(() => setTimeout(keep, 1000)).catch(() => {})
`

export const browserAnswers: Answering = {
  script,
  module: true,
  more: '',
  withoutScript: 'This page runs the model in your browser, which needs JavaScript.',
}

/**
 * A service worker that keeps the page: what has been fetched once comes from memory, and a new version of the page
 * replaces all of it.
 * @param version changes with any of the files
 * @param files beside the page
 */
export const offlineScript = (version: string, files: readonly string[]): string => `'use strict'
// Other pages of this host may be such pages too.
const own = 'hmtl ' + registration.scope + ' '
const name = own + ${JSON.stringify(version)}
const files = ${JSON.stringify(['./', ...files])}.map((file) => new Request(file, { cache: 'no-cache' }))
addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(files)).then(() => skipWaiting()))
})
addEventListener('activate', (event) => {
  const others = (names) => names.filter((other) => other.startsWith(own) && other !== name)
  event.waitUntil(caches.keys().then((names) => Promise.all(others(names).map((other) => caches.delete(other)))).then(() => clients.claim()))
})
addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return
  event.respondWith(caches.open(name).then((cache) => cache.match(event.request, { ignoreSearch: true })).then((kept) => kept || fetch(event.request)))
})
`
