/** The page before a server. */
import type { Answering } from './page.ts'

const script = `'use strict'
globalThis.hmtlAnswers = (() => {
  const ask = async (query, text, signal) => {
    let response
    try {
      response = await fetch('annotate' + query, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: text, signal })
    } catch (error) {
      throw error.name === 'AbortError' ? error : new Error('the server does not answer')
    }
    if (response.ok) return response.text()
    let message = 'the server answered ' + response.status
    try {
      const { error } = await response.json()
      message = [error.message, error.remedy].filter(Boolean).join('. ')
    } catch {}
    throw Object.assign(new Error(message), { again: Number(response.headers.get('retry-after')) })
  }
  return {
    draw: (text, signal) => ask('?format=drawing', text, signal),
    json: (text) => ask('', text),
    model: async () => (await fetch('model')).json(),
  }
})()
`

export const serverAnswers: Answering = {
  script,
  module: false,
  more: '<a href="openapi.json">API</a>',
  withoutScript: 'This page needs JavaScript; the API does not: see /openapi.json.',
}
