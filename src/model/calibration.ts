/**
 * Scores as probabilities: a line on their log-odds, fitted on data that the model has not learned from (Platt 1999).
 */
import type { Calibration } from './config/keys.ts'

const logit = (score: number): number => {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, score))
  return Math.log(bounded / (1 - bounded))
}

/** A score on the fitted line. It keeps the order of scores. */
export const calibrated = (score: number, [slope, intercept]: Calibration): number =>
  slope === 1 && intercept === 0 ? score : 1 / (1 + Math.exp(-(slope * logit(score) + intercept)))

/**
 * The line of least log loss over predictions, by Newton's method; [1, 0] where all are right, all wrong, or none
 * there.
 */
export const fitCalibration = (
  predictions: readonly { readonly score: number; readonly right: boolean }[],
): Calibration => {
  const right = predictions.filter((each) => each.right).length
  if (right === 0 || right === predictions.length) return [1, 0]
  let [a, b] = [1, 0]
  for (let step = 0; step < 50; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-6, 0, 1e-6]
    for (const { score, right: isRight } of predictions) {
      const x = logit(score)
      const p = 1 / (1 + Math.exp(-(a * x + b)))
      const [d, w] = [p - (isRight ? 1 : 0), p * (1 - p)]
      ga += d * x
      gb += d
      haa += w * x * x
      hab += w * x
      hbb += w
    }
    const determinant = haa * hbb - hab * hab
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant]
    a = Math.max(0.05, a - da)
    b -= db
    if (Math.abs(da) + Math.abs(db) < 1e-9) break
  }
  return [Math.round(a * 1e4) / 1e4, Math.round(b * 1e4) / 1e4]
}
