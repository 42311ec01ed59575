/** The corpora the program knows. */
import { HmtlError } from '../src/io/errors.ts'
import { ace05 } from './ace05/recipe.ts'
import { btc } from './btc/recipe.ts'
import { crossner } from './crossner/recipe.ts'
import { docred } from './docred/recipe.ts'
import { everyday } from './everyday/recipe.ts'
import { ewtLabels } from './ewt-labels/recipe.ts'
import { ewtSilver } from './ewt-silver/recipe.ts'
import { fewrel } from './fewrel/recipe.ts'
import { knowledgenet } from './knowledgenet/recipe.ts'
import { pud } from './pud/recipe.ts'
import { re3d } from './re3d/recipe.ts'
import { tweebank } from './tweebank/recipe.ts'
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

export const recipes: readonly Recipe[] = [
  ace05,
  btc,
  conll04,
  conll2003,
  conll2012,
  crossner,
  docred,
  everyday,
  ewtLabels,
  ewtSilver,
  fewrel,
  gum,
  knowledgenet,
  litbank,
  pud,
  re3d,
  redocred,
  scierc,
  tweebank,
  uner,
  wnut17,
]

/** @throws HmtlError `HMTL_DATASET_UNKNOWN` */
export const recipeNamed = (name: string): Recipe => {
  const found = recipes.find((recipe) => recipe.name === name)
  if (!found)
    throw new HmtlError('HMTL_DATASET_UNKNOWN', `no dataset "${name}"`, {
      remedy: `Known are ${recipes.map((recipe) => recipe.name).join(', ')}`,
    })
  return found
}
