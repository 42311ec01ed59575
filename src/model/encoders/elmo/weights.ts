/**
 * ELMo's weights as published: an options file and one in HDF5 (spec section 5). Every shape is checked against the
 * options.
 */
import { readFile } from 'node:fs/promises'
import { HmtlError } from '../../../io/errors.ts'

export interface ElmoOptions {
  readonly lstm: {
    readonly dim: number
    readonly projection_dim: number
    readonly n_layers: number
    readonly cell_clip: number
    readonly proj_clip: number
    readonly use_skip_connections: boolean
  }
  readonly char_cnn: {
    readonly embedding: { readonly dim: number }
    /** Width and number of filters. */
    readonly filters: readonly (readonly [number, number])[]
    readonly n_highway: number
    readonly n_characters: number
    readonly max_characters_per_token: number
  }
}

export interface Weights {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Reads weights by name, checking their shape. */
export type WeightReader = (name: string, shape: readonly number[]) => Weights

const corrupt = (file: string, message: string, cause?: unknown) =>
  new HmtlError('HMTL_MODEL_CORRUPT', `${file}: ${message}`, {
    cause,
    remedy: 'Fetch the options and the weights of one ELMo model again',
  })

const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= most

/** @throws HmtlError `HMTL_MODEL_CORRUPT` for options that no ELMo model has */
export const readElmoOptions = async (path: string): Promise<ElmoOptions> => {
  let options: ElmoOptions
  try {
    options = JSON.parse(await readFile(path, 'utf8')) as ElmoOptions
  } catch (cause) {
    throw corrupt(path, `cannot be read: ${(cause as Error).message}`, cause)
  }
  const { lstm, char_cnn: cnn } = options ?? {}
  const sizes = [lstm?.dim, lstm?.projection_dim, cnn?.embedding?.dim, cnn?.n_characters]
  if (
    !sizes.every((size) => isWhole(size, 65536)) ||
    !isWhole(lstm.n_layers, 16) ||
    !isWhole(cnn.max_characters_per_token, 1000)
  )
    throw corrupt(path, 'a size is missing or out of bounds')
  if (
    !Array.isArray(cnn.filters) ||
    cnn.filters.length > 64 ||
    !cnn.filters.every(
      (filter) =>
        Array.isArray(filter) &&
        isWhole(filter[0], cnn.max_characters_per_token) &&
        isWhole(filter[1], 65536) &&
        filter[1] % 4 === 0,
    )
  )
    throw corrupt(path, 'char_cnn.filters is no list of widths and counts')
  if (lstm.dim % 4 !== 0 || lstm.projection_dim % 4 !== 0) throw corrupt(path, 'sizes must be multiples of 4')
  if (
    !(lstm.cell_clip > 0) ||
    !(lstm.proj_clip > 0) ||
    !Number.isInteger(cnn.n_highway) ||
    cnn.n_highway < 0 ||
    cnn.n_highway > 16
  )
    throw corrupt(path, 'clips or highway layers are missing')
  return options
}

/**
 * Opens the weights for the length of `use`; what is read stays, the file does not. @throws HmtlError
 * `HMTL_MODEL_CORRUPT`
 */
export const withElmoWeights = async <T>(path: string, use: (read: WeightReader) => T): Promise<T> => {
  const { default: h5wasm } = await import('h5wasm/node')
  // Its complaints come as errors to be told, not as pages on standard error.
  const { activate_throwing_error_handler: throwErrors } = (await h5wasm.ready) as unknown as {
    activate_throwing_error_handler?: () => number
  }
  throwErrors?.()
  let file: InstanceType<typeof h5wasm.File>
  try {
    file = new h5wasm.File(path, 'r')
    if (file.file_id < 0n) throw new Error('not an HDF5 file')
  } catch (cause) {
    throw corrupt(path, `cannot be opened: ${(cause as Error).message}`, cause)
  }
  try {
    return use((name, shape) => {
      let found: { shape?: number[] | null; value?: unknown } | null
      let values: unknown
      try {
        found = file.get(name) as typeof found
        if (found?.shape?.join() === shape.join()) values = found.value
      } catch (cause) {
        throw corrupt(path, `${name} cannot be read`, cause)
      }
      if (!found?.shape) throw corrupt(path, `there is no ${name}`)
      if (found.shape.join() !== shape.join())
        throw corrupt(path, `${name} is [${found.shape}] where the options want [${shape}]`)
      if (!(values instanceof Float32Array) || !values.every(Number.isFinite))
        throw corrupt(path, `${name} does not hold finite float32 numbers`)
      return { shape, values }
    })
  } finally {
    file.close()
  }
}
