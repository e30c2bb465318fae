import type { MetricDefinition } from './definition.ts'
import { hitsIn } from './precision.ts'

/**
 * F@k (F1, Dice): the harmonic mean of precision@k and recall@k of one list, 2 hits / (recommended + relevant), which is
 * 0 also where only one of the two is defined. Its mean over lists is not the harmonic mean of the mean precision and
 * the mean recall, which some papers print.
 */
export const f: MetricDefinition = {
  name: 'f',
  kind: 'list',
  cutOff: true,
  words: 'harmonic mean of precision and recall in the first k, mean over lists',
  of: (list, k) => {
    const recommended = Math.min(k, list.recommended ?? k)
    return recommended + list.relevant === 0 ? null : (2 * hitsIn(list, recommended)) / (recommended + list.relevant)
  },
}
