/**
 * The part of WebAssembly that the kernels use; the DOM library, which has it, would bring a browser's globals along.
 */
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean
  class Memory {
    constructor(limits: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } })
    readonly exports: object
  }
}
