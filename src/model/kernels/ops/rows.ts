/** Rows picked, paired and joined. */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

/** y[i] = x[ids[i]], a row of zeros for -1: x [N,D], ids [M] → [M,D]. */
export const gatherOp: FusedOp = {
  name: 'HmtlGather',
  host: ({ x, ids }) => {
    const d = x.shape[1]
    const y = float([ids.values.length, d])
    ids.values.forEach((id, i) => {
      if (id >= 0) y.values.set(x.values.subarray(id * d, id * d + d), i * d)
    })
    return [y]
  },
  gradient: {
    inputs: ['x', 'ids'],
    outputs: [],
    of: ([dy], [x, ids]) => ({
      x: () => run('HmtlScatterAdd', { dy, ids }, { rows: x.shape[0] })[0],
    }),
  },
}

/** The transpose of a gather: dy [M,D] added to rows ids of [rows,D]. */
export const scatterOp: FusedOp = {
  name: 'HmtlScatterAdd',
  host: ({ dy, ids }, { rows }) => {
    const d = dy.shape[1]
    const x = float([rows, d])
    ids.values.forEach((id, i) => {
      if (id >= 0) for (let j = 0; j < d; j++) x.values[id * d + j] += dy.values[i * d + j]
    })
    return [x]
  },
}

/**
 * y[p] = relu(a[ia[p]] + b[ib[p]] (+ c[ic[p]]) (+ x[p])): the first layer of a pair network, its terms made once a row.
 */
export const pairSumOp: FusedOp = {
  name: 'HmtlPairSum',
  host: ({ a, ia, b, ib, c, ic, x }) => {
    const d = a.shape[1]
    const n = ia.values.length
    const y = float([n, d])
    for (let p = 0; p < n; p++)
      for (let j = 0; j < d; j++) {
        const sum =
          a.values[ia.values[p] * d + j] +
          b.values[ib.values[p] * d + j] +
          (c ? c.values[ic.values[p] * d + j] : 0) +
          (x ? x.values[p * d + j] : 0)
        y.values[p * d + j] = Math.max(0, sum)
      }
    return [y]
  },
  gradient: {
    inputs: ['a', 'ia', 'b', 'ib'],
    outputs: [true],
    of: ([dy], [a, ia, b, ib, y]) => {
      const grads = run(
        'HmtlPairSumGrad',
        { dy, y, ia, ib },
        { rowsA: a.shape[0], rowsB: b.shape[0] as number, rowsC: 0, hasX: 0 },
      )
      return { a: () => grads[0], b: () => grads[1] }
    },
  },
}

/** → da, db, dc ([0,D] where there is no c), dx ([0,D] where there is no x). */
export const pairSumGradOp: FusedOp = {
  name: 'HmtlPairSumGrad',
  host: ({ dy, y, ia, ib, ic }, { rowsA, rowsB, rowsC, hasX }) => {
    const [n, d] = dy.shape
    const [da, db, dc, dx] = [float([rowsA, d]), float([rowsB, d]), float([rowsC, d]), float([hasX ? n : 0, d])]
    for (let p = 0; p < n; p++)
      for (let j = 0; j < d; j++) {
        if (!(y.values[p * d + j] > 0)) continue
        const g = dy.values[p * d + j]
        da.values[ia.values[p] * d + j] += g
        db.values[ib.values[p] * d + j] += g
        if (rowsC > 0) dc.values[ic.values[p] * d + j] += g
        if (hasX) dx.values[p * d + j] = g
      }
    return [da, db, dc, dx]
  },
}

/** y[p] = x[ia[p]] ∘ x[ib[p]]. */
export const pairProductOp: FusedOp = {
  name: 'HmtlPairProduct',
  host: ({ x, ia, ib }) => {
    const d = x.shape[1]
    const y = float([ia.values.length, d])
    for (let p = 0; p < ia.values.length; p++)
      for (let j = 0; j < d; j++) y.values[p * d + j] = x.values[ia.values[p] * d + j] * x.values[ib.values[p] * d + j]
    return [y]
  },
  gradient: {
    inputs: ['x', 'ia', 'ib'],
    outputs: [],
    of: ([dy], [x, ia, ib]) => ({
      x: () => run('HmtlPairProductGrad', { dy, x, ia, ib })[0],
    }),
  },
}

export const pairProductGradOp: FusedOp = {
  name: 'HmtlPairProductGrad',
  host: ({ dy, x, ia, ib }) => {
    const d = x.shape[1]
    const dx = float(x.shape)
    for (let p = 0; p < ia.values.length; p++)
      for (let j = 0; j < d; j++) {
        const [a, b] = [ia.values[p] * d + j, ib.values[p] * d + j]
        dx.values[a] += dy.values[p * d + j] * x.values[b]
        dx.values[b] += dy.values[p * d + j] * x.values[a]
      }
    return [dx]
  },
}

/** Joins matrices of the same rows side by side: a [N,A], b [N,B] → [N,A+B]. */
export const concatOp: FusedOp = {
  name: 'HmtlConcat',
  host: ({ a, b }) => {
    const [n, da] = a.shape
    const db = b.shape[1]
    const y = float([n, da + db])
    for (let i = 0; i < n; i++) {
      y.values.set(a.values.subarray(i * da, (i + 1) * da), i * (da + db))
      y.values.set(b.values.subarray(i * db, (i + 1) * db), i * (da + db) + da)
    }
    return [y]
  },
  gradient: {
    inputs: ['a', 'b'],
    outputs: [],
    of: ([dy], [a, b]) => {
      const [da, db] = [a.shape[1] as number, b.shape[1] as number]
      return {
        a: () => run('HmtlColumns', { x: dy }, { begin: 0, size: da })[0],
        b: () => run('HmtlColumns', { x: dy }, { begin: da, size: db })[0],
      }
    },
  },
}

/** Columns from `begin`, `size` of them: x [N,D] → [N,size]. */
export const columnsOp: FusedOp = {
  name: 'HmtlColumns',
  host: ({ x }, { begin, size }) => {
    const [n, d] = x.shape
    const y = float([n, size])
    for (let i = 0; i < n; i++) y.values.set(x.values.subarray(i * d + begin, i * d + begin + size), i * size)
    return [y]
  },
}

/**
 * Dropout by a counter-based random number: element i is dropped where its hash
 * falls below the threshold, the rest are scaled by 1 / keep. It needs no mask in
 * memory and is the same on every engine.
 */
export const dropoutOp: FusedOp = {
  name: 'HmtlDropout',
  host: ({ x }, { seed, threshold, scale }) => {
    const mixed = hash(seed)
    const y = float(x.shape)
    for (let i = 0; i < x.values.length; i++)
      y.values[i] = hash((i ^ mixed) >>> 0) < threshold ? 0 : x.values[i] * scale
    return [y]
  },
  gradient: {
    inputs: [],
    outputs: [],
    of: ([dy], _, attributes) => ({
      x: () => run('HmtlDropout', { x: dy }, attributes)[0],
    }),
  },
}

/** lowbias32 (Wellons). */
const hash = (value: number): number => {
  let x = value >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

export const pairSumFullOp: FusedOp = {
  name: 'HmtlPairSumFull',
  host: pairSumOp.host,
  gradient: {
    inputs: ['a', 'ia', 'b', 'ib', 'c', 'ic'],
    outputs: [true],
    of: ([dy], [a, ia, b, ib, c, ic, y]) => {
      const grads = run(
        'HmtlPairSumGrad',
        { dy, y, ia, ib, ic },
        { rowsA: a.shape[0], rowsB: b.shape[0] as number, rowsC: c.shape[0] as number, hasX: 1 },
      )
      return { a: () => grads[0], b: () => grads[1], c: () => grads[2], x: () => grads[3] }
    },
  },
}

export const gather = (x: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D => run('HmtlGather', { x, ids })[0] as tf.Tensor2D

export const concat = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => run('HmtlConcat', { a, b })[0] as tf.Tensor2D

export const pairSum = (a: tf.Tensor2D, ia: tf.Tensor1D, b: tf.Tensor2D, ib: tf.Tensor1D): tf.Tensor2D =>
  run('HmtlPairSum', { a, ia, b, ib })[0] as tf.Tensor2D

export const pairSumFull = (
  a: tf.Tensor2D,
  ia: tf.Tensor1D,
  b: tf.Tensor2D,
  ib: tf.Tensor1D,
  c: tf.Tensor2D,
  ic: tf.Tensor1D,
  x: tf.Tensor2D,
): tf.Tensor2D => run('HmtlPairSumFull', { a, ia, b, ib, c, ic, x })[0] as tf.Tensor2D

export const pairProduct = (x: tf.Tensor2D, ia: tf.Tensor1D, ib: tf.Tensor1D): tf.Tensor2D =>
  run('HmtlPairProduct', { x, ia, ib })[0] as tf.Tensor2D

/** Dropout with probability `rate`; the same seed drops the same elements. */
export const dropout = <T extends tf.Tensor>(x: T, rate: number, seed: number): T =>
  rate <= 0
    ? x
    : (run(
        'HmtlDropout',
        { x },
        { seed: seed >>> 0, threshold: Math.min(0xffffffff, Math.round(rate * 0x100000000)), scale: 1 / (1 - rate) },
      )[0] as T)
