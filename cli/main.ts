#!/usr/bin/env node
/** Starts the program as scripts/bundle-node.mjs has made it: finding its two hundred modules took longer than running them. */
import { createRequire } from 'node:module'

createRequire(import.meta.url)('../node/program.cjs')
