/** Where an Arrow writer writes: its chunks, taken as they come. */
import { AsyncByteQueue } from 'apache-arrow'

export class Drain extends AsyncByteQueue {
  #chunks: Uint8Array[] = []
  override write(chunk: Uint8Array | ArrayBufferView): void {
    if (chunk.byteLength > 0)
      this.#chunks.push(new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength))
  }
  take(): Uint8Array[] {
    const chunks = this.#chunks
    this.#chunks = []
    return chunks
  }
}
