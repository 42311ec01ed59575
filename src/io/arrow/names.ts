/** What says that a file is Arrow, and that its columns are ours. */
export const magic = 'ARROW1'
export const schemaName = 'hmtl.document'
export const schemaVersion = '1'
