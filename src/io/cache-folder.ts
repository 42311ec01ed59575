/** Where things that are made once a user and machine are kept. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `HMTL_CACHE`, else `XDG_CACHE_HOME/hmtl`, else `~/.cache/hmtl`. */
export const cacheFolder = (): string =>
  process.env.HMTL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hmtl')
