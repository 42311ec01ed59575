/** The module of a thread that annotates: pipeline/pool/worker.ts and all that it needs, as scripts/bundle-node.mjs leaves it. */
export const annotating = new URL('../node/worker.cjs', import.meta.url)
