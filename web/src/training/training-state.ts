import type { Job } from '../api.ts'

/** A training as the page follows it. */
export interface TrainingState {
  readonly job: Job | null
  /** `lost`: the stream broke off and is asked for again. */
  readonly connection: 'none' | 'open' | 'lost' | 'ended'
}

export type TrainingAction =
  | { readonly type: 'follow'; readonly job: Job }
  | { readonly type: 'heard'; readonly job: Job }
  | { readonly type: 'lost' }
  | { readonly type: 'forget' }

export const nothingFollowed: TrainingState = { job: null, connection: 'none' }

export const hasEnded = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled'

/** What follows from what was heard. Events may come twice or late after a stream was asked for again: nothing goes backwards. */
export function trainingReducer(before: TrainingState, action: TrainingAction): TrainingState {
  switch (action.type) {
    case 'forget':
      return nothingFollowed
    case 'lost':
      return before.job && !hasEnded(before.job) ? { ...before, connection: 'lost' } : before
    case 'follow':
      return { job: merged(before.job, action.job), connection: hasEnded(action.job) ? 'ended' : 'open' }
    case 'heard': {
      if (before.job?.id !== action.job.id) return before
      const job = merged(before.job, action.job)
      return { job, connection: hasEnded(job) ? 'ended' : 'open' }
    }
  }
}

function merged(known: Job | null, heard: Job): Job {
  if (known === null || known.id !== heard.id) return heard
  const name = ({ fit, epoch }: Job['epochs'][number]) => `${fit} ${epoch}`
  const epochs = new Map(known.epochs.map((one) => [name(one), one]))
  for (const one of heard.epochs) epochs.set(name(one), one)
  const place = ({ fit }: Job['epochs'][number]) => (fit === 'measured' ? 0 : 1)
  const all = [...epochs.values()].sort((a, b) => place(a) - place(b) || a.epoch - b.epoch)
  // The same array where nothing came, so that the chart is not drawn anew.
  const same = JSON.stringify(all) === JSON.stringify(known.epochs)
  return { ...(hasEnded(known) && !hasEnded(heard) ? known : heard), epochs: same ? known.epochs : all }
}

/** Share of the work that is done, 0 to 1; null where nobody knows. */
export function shareDone({ state, progress }: Job): number | null {
  if (state === 'done') return 1
  if (!progress) return null
  const { done, total, epoch, epochs } = progress
  const within = total !== null && total > 0 ? Math.min(1, done / total) : null
  if (epoch !== null && epochs !== null && epochs > 0) return Math.min(1, (epoch - 1 + (within ?? 0)) / epochs)
  return within
}

/** One line on where it stands. */
export function standing(job: Job, duration: (seconds: number) => string): string {
  const { state, progress, version, error } = job
  switch (state) {
    case 'waiting':
      return 'Waiting for its turn'
    case 'done':
      return version === null ? 'Done' : `Done: ${version}`
    case 'failed':
      return `Failed: ${error ?? 'for a reason that was not given'}`
    case 'cancelled':
      return 'Cancelled'
    case 'running': {
      if (!progress) return 'Starting'
      const epoch =
        progress.epoch === null
          ? ''
          : `, epoch ${progress.epoch}${progress.epochs === null ? '' : ` of ${progress.epochs}`}`
      const left = progress.secondsLeft === null ? '' : `, ${duration(progress.secondsLeft)} left`
      return `${progress.stage.charAt(0).toUpperCase()}${progress.stage.slice(1)}${epoch}${left}`
    }
  }
}
