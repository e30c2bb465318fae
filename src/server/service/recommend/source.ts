import type { ItemTable } from '../../../data/dataset.ts'
import type { Interactions, RatingScale } from '../../../data/interactions.ts'
import type { Vocabulary } from '../../../data/vocabulary.ts'
import type { Recommender } from '../../../models/recommender.ts'
import type { Live } from '../shelf/live.ts'

/**
 * What lists and their reasons are made from: a loaded version on the server, what was downloaded of it in the browser
 * (web/src/browser-model), so that both give the same list by the same code.
 */
export interface ListSource extends Pick<Live, 'version' | 'digest' | 'logCounts' | 'units' | 'ofGenre'> {
  readonly model: Pick<
    Recommender,
    'name' | 'abilities' | 'hyperparameters' | 'scoreAll' | 'scoreItems' | 'explain' | 'leaveOut'
  >
  readonly train: { readonly scale: RatingScale; readonly items: Pick<Vocabulary, 'size' | 'id' | 'indexOf'> }
  readonly items: Pick<ItemTable, 'titles' | 'years' | 'genres'>
}

/** What single movies are told from: why one is predicted so, and which are similar. */
export interface MovieSource extends ListSource, Pick<Live, 'itemOf'> {
  readonly model: ListSource['model'] & Pick<Recommender, 'similar'>
  readonly train: ListSource['train'] & Pick<Interactions, 'byUser'>
}
