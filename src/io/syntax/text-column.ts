/** The column of the text, which spreadsheets and exports also write `Text` or `TEXT`. */

/** The name of the column that `textField` means: so called, else the only one that differs in case and spaces around it alone. */
export const textColumn = (names: readonly string[], textField: string): string | undefined => {
  if (names.includes(textField)) return textField
  const alike = names.filter((name) => name.trim().toLowerCase() === textField.toLowerCase())
  return alike.length === 1 ? alike[0] : undefined
}
