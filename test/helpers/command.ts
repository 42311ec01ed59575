/** The command line, run with some input. */
import { spawn } from 'node:child_process'
import { root } from './documents.ts'

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export const main = root('dist/cli/main.js')

export const hmtl = (
  args: readonly string[],
  input: string | Buffer = '',
  env: Record<string, string> = {},
): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: root('.'),
      env: { ...process.env, NO_COLOR: '1', ...env },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input)
  })
