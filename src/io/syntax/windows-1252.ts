/**
 * What Windows puts where Latin-1 has controls that nobody uses: quotes, dashes, the euro. Some versions of Node decode
 * `windows-1252` as Latin-1, and who labels a text `iso-8859-1` means Windows's.
 */
const ofControls = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

export const asWindows1252 = (text: string): string =>
  text.replace(/[\x80-\x9f]/g, (control) => ofControls[control.charCodeAt(0) - 0x80])
