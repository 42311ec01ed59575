/**
 * An object whose values are made when they are first asked for; to who reads, copies or writes it, it is as any other.
 *
 * @example lazily({ long: () => compute() }).long // computed now, and once
 */
export const lazily = <T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T => {
  const object = {}
  for (const [name, maker] of Object.entries<() => unknown>(makers)) {
    let make: (() => unknown) | undefined = maker
    let value: unknown
    const get = () => {
      if (make) value = make()
      make = undefined
      return value
    }
    Object.defineProperty(object, name, { get, enumerable: true })
  }
  return object as T
}
