/**
 * What of a document is made when somebody asks for it first: its text, which may be bytes until then, and its
 * metadata. A reader checks what it hands on; who only counts, filters or writes it again pays for no string.
 */
import { hasPairs } from './pairs.ts'

/**
 * What a document is known by, also when it was copied with `{ ...document }`: a record's fields may have any names.
 */
export const mark = Symbol('hmtl.document')

type Metadata = Readonly<Record<string, unknown>>

/** Text and metadata as UTF-8, for whoever writes them so. */
export interface Encoded {
  /** Bytes of the text at most. */
  readonly textRoom: number
  /** Writes the text. @returns its bytes */
  writeText(into: Uint8Array, at: number): number
  /** Bytes of the metadata at most; 0 where there is none. */
  readonly metadataRoom: number
  /** Writes the metadata as `stringifyExact` would. @returns its bytes */
  writeMetadata(into: Uint8Array, at: number): number
}

/** Makes a document's text and metadata, each once. */
export interface Late {
  readonly text: string
  readonly metadata: Metadata
  /** UTF-16 code units of the text, told without making it where that can be. */
  readonly length: number
  /** Whether some characters are two UTF-16 code units, told without making the text where that can be. */
  readonly hasPairs: boolean
  /** Both as bytes, while nobody has asked for either: a copy of a document may have another text. */
  readonly encoded?: Encoded | undefined
}

/** A text that is checked, and bytes until it is made. */
export interface LateText {
  /** UTF-16 code units. */
  readonly length: number
  /** Whether some characters are two of them. */
  readonly hasPairs: boolean
  make(): string
}

class LateParts implements Late {
  #text: string | LateText
  #make: (() => Metadata) | undefined
  #made: Metadata = {}

  constructor(text: string | LateText, metadata: () => Metadata) {
    this.#text = text
    this.#make = metadata
  }

  get length(): number {
    return this.#text.length
  }

  get hasPairs(): boolean {
    return typeof this.#text === 'string' ? hasPairs(this.#text) : this.#text.hasPairs
  }

  get text(): string {
    const text = this.#text
    return typeof text === 'string' ? text : (this.#text = text.make())
  }

  get metadata(): Metadata {
    if (this.#make) this.#made = this.#make()
    this.#make = undefined
    return this.#made
  }
}

/** @param metadata makes it when somebody asks for it first */
export const lateParts = (text: string | LateText, metadata: () => Metadata): Late => new LateParts(text, metadata)

type Getter = PropertyDescriptor & ThisType<{ readonly [mark]: Late }>

// One getter for all documents: an object with an accessor of its own is a slow one.
const getters: Readonly<Record<'text' | 'metadata', Getter>> = {
  text: {
    enumerable: true,
    configurable: true,
    get() {
      return this[mark].text
    },
  },
  metadata: {
    enumerable: true,
    configurable: true,
    get() {
      return this[mark].metadata
    },
  },
}

/** Has a document ask for its text, or metadata, when somebody asks it. */
export const defineLate = (document: { readonly [mark]: Late }, name: 'text' | 'metadata'): void => {
  Object.defineProperty(document, name, getters[name])
}

/** Its text and metadata as they came; undefined where they are strings or somebody has asked for one of them. */
export const encodedOf = (document: object): Encoded | undefined => {
  const late = (document as { readonly [mark]?: true | Late })[mark]
  return typeof late === 'object' ? late.encoded : undefined
}
