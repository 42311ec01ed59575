/**
 * What is used of a browser, typed by hand: the package is compiled without the DOM's types, which would hide misuse in
 * Node.
 */

export interface WebWorker {
  postMessage(message: unknown): void
  terminate(): void
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onerror: ((event: { readonly message?: string }) => void) | null
  onmessageerror: ((event: { readonly data: unknown }) => void) | null
}

/** A page's globals, or a worker's. */
export interface BrowserGlobals {
  readonly Worker: new (url: string, options?: { readonly name?: string }) => WebWorker
  readonly document?: { readonly baseURI: string }
  readonly location?: { readonly href: string }
}

/** A worker's own side. */
export interface WorkerGlobals {
  onmessage: ((event: { readonly data: unknown }) => void) | null
  postMessage(message: unknown, transferred: readonly ArrayBuffer[]): void
}

export const browser = globalThis as unknown as BrowserGlobals
export const worker = globalThis as unknown as WorkerGlobals
