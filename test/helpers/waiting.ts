/** Waiting for what others do. */

/** A promise that others keep. */
export const signal = () => {
  let give: () => void = () => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}

export const until = async (holds: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  for (const limit = Date.now() + 40_000; !(await holds()); ) {
    if (Date.now() > limit) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
