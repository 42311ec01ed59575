/** What the bundler puts in the place of a file's name. */
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}
declare module '*.txt' {
  const text: string
  export default text
}
