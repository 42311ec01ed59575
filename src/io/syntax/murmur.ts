/** MurmurHash64A (Appleby), the hash by which spaCy knows strings: https://spacy.io/api/stringstore */

const m = 0xc6a4a7935bd1e995n
const mask = 0xffffffffffffffffn
const seed = 1n

/** Hash of a string's UTF-8, unsigned, 64 bits. The empty string is 0, as spaCy has it in its arrays. */
export const murmur64 = (text: string): bigint => {
  if (text === '') return 0n
  const bytes = Buffer.from(text, 'utf8')
  const { length } = bytes
  let h = (seed ^ (BigInt(length) * m)) & mask
  const whole = length - (length % 8)
  for (let at = 0; at < whole; at += 8) {
    let k = (bytes.readBigUInt64LE(at) * m) & mask
    k ^= k >> 47n
    k = (k * m) & mask
    h = ((h ^ k) * m) & mask
  }
  if (whole < length) {
    for (let at = whole; at < length; at++) h ^= BigInt(bytes[at]) << BigInt(8 * (at - whole))
    h = (h * m) & mask
  }
  h ^= h >> 47n
  h = (h * m) & mask
  return h ^ (h >> 47n)
}
