// People of a JSON lines file and where they live, with what could not be read: types are the package's own.
import { type HmtlError, load, type Result } from 'hmtl'
import { readDocuments } from 'hmtl/io'

const livesIn = ({ id, relations = [] }: Result): string[] =>
  relations.filter(({ label }) => label === 'residence').map(({ arg1, arg2 }) => `${id}: ${arg1.text} in ${arg2.text}`)

export const residences = async (path: string): Promise<string[]> => {
  await using hmtl = await load('en', { tasks: ['relation'], minScore: 0.5 })
  const found: string[] = []
  const onError = (error: HmtlError) => console.error(error.code, error.message)
  for await (const result of hmtl.annotateAll(readDocuments(path), { onError })) found.push(...livesIn(result))
  return found
}
