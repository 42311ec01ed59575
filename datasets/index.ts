/** The corpora the program knows. */
import { HmtlError } from '../src/io/errors.ts'
import { ace05 } from './ace05/recipe.ts'
import { conll04 } from './conll04/recipe.ts'
import { conll2003 } from './conll2003/recipe.ts'
import { conll2012 } from './conll2012/recipe.ts'
import { gum } from './gum/recipe.ts'
import { litbank } from './litbank/recipe.ts'
import type { Recipe } from './recipe.ts'
import { redocred } from './redocred/recipe.ts'
import { scierc } from './scierc/recipe.ts'
import { uner } from './uner/recipe.ts'
import { wnut17 } from './wnut17/recipe.ts'

export const recipes: readonly Recipe[] = [ace05, conll2003, conll2012, conll04, gum, litbank, redocred, scierc, uner, wnut17]

/** @throws HmtlError `HMTL_DATASET_UNKNOWN` */
export const recipeNamed = (name: string): Recipe => {
  const found = recipes.find((recipe) => recipe.name === name)
  if (!found) throw new HmtlError('HMTL_DATASET_UNKNOWN', `no dataset "${name}"`, { remedy: `Known are ${recipes.map((recipe) => recipe.name).join(', ')}` })
  return found
}
