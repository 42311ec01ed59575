/** The page: files that are read once. */
export interface PageFile {
  readonly path: string
  readonly type: string
  readonly content: string
}

export const pageFiles = (): readonly PageFile[] => []
