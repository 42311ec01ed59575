/**
 * npm and npx run a command in a shell, and pass a SIGTERM to that shell alone:
 * it ends, and what it ran is left behind with nobody to stop it. A process that
 * was started so is told when its shell is gone.
 */

const interval = 250

/** As it was when the command began: the shell may be gone before anybody watches. */
const parent = process.ppid

/** @returns what stops the watching */
export const onLauncherGone = (listener: () => void, env: NodeJS.ProcessEnv = process.env): (() => void) => {
  if (env.npm_command === undefined && env.npm_lifecycle_event === undefined) return () => undefined
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    listener()
  }, interval)
  timer.unref()
  return () => clearInterval(timer)
}
