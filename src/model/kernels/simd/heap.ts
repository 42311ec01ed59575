/**
 * The memory that the SIMD kernels work in: tfjs-wasm's own, or one beside another
 * engine. What runs a kernel is written once over either.
 */
import type { Attributes, Values } from '../op.ts'
import type { Kernels } from './module.ts'

/** Whatever a heap calls a tensor. */
export interface HeapTensor {
  readonly shape: readonly number[]
}

export interface Heap<T extends HeapTensor> {
  readonly k: Kernels
  /** Where it lies; 0 for one that is not given. */
  at(tensor: T | undefined): number
  /** What it holds, to be read or written before anything else is made. */
  values(tensor: T): Values
  /** A float tensor, as the memory comes. */
  floats(...shape: number[]): T
  zeros(...shape: number[]): T
  /** An int32 tensor, as the memory comes. */
  ints(...shape: number[]): T
  /** Of a tensor that is no output. */
  free(tensor: T): void
  /** Room for so many floats while `use` runs. */
  withScratch<R>(floats: number, use: (pointer: number) => R): R
}

/** Computes an op's outputs from its inputs, by name, in a heap. */
export type SimdKernel = <T extends HeapTensor>(
  heap: Heap<T>,
  inputs: Readonly<Record<string, T>>,
  attributes: Attributes,
) => T[]

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
