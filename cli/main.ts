#!/usr/bin/env node
/** Starts program.ts, which scripts/bundle-node.mjs has made few files of: finding its two hundred modules took longer than running them. */
await import(new URL('../node/program.js', import.meta.url).href)
