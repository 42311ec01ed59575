/** The app behind a socket, from its start to the end of its last answer. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { HmtlError } from '../io/errors.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Longest silence of a connection, in milliseconds. */
  readonly idle: number
}

export interface Listening {
  readonly url: string
  /**
   * Takes no more connections; settles when those that are under way are answered, or were cut after so many
   * milliseconds.
   */
  close(grace: number): Promise<{ readonly cut: boolean }>
}

const listen = (server: Server, { host, port }: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new HmtlError('HMTL_USAGE', `cannot listen on ${host}:${port}: ${cause.code ?? cause.message}`, {
          cause,
          remedy: cause.code === 'EADDRINUSE' ? 'Name another --port, or end what uses this one' : undefined,
        }),
      ),
    )
    server.listen(port, host, resolve)
  })

/** @throws HmtlError `HMTL_USAGE` where the port cannot be had */
export const startServer = async (app: Hono, options: ListenOptions): Promise<Listening> => {
  const server = createServer(
    {
      headersTimeout: options.idle,
      // Bodies may come for as long as they come: silence is what ends them (body.ts).
      requestTimeout: 0,
      keepAliveTimeout: 5000,
    },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  )
  // Who neither sends nor takes for that long has gone, or holds on to no purpose.
  server.setTimeout(2 * options.idle)
  await listen(server, options)
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close(grace) {
      return new Promise((resolve) => {
        let cut = false
        const timer = setTimeout(() => {
          cut = true
          server.closeAllConnections()
        }, grace)
        server.close(() => {
          clearTimeout(timer)
          resolve({ cut })
        })
        server.closeIdleConnections()
      })
    },
  }
}
