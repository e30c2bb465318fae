import { type DragEvent, useId, useState } from 'react'
import { undoOnce } from '../../components/actions.ts'
import { announce } from '../../components/announcer.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/states.tsx'
import { toast } from '../../components/toast.tsx'
import type { Plan } from '../../profile/import/match.ts'
import { profile } from '../../profile/use-profile.ts'
import { plural } from '../../title.ts'
import { useSource } from '../../use-source.ts'
import { type ReadAll, readAll } from './read-files.ts'

type State =
  | { readonly step: 'waiting' }
  | { readonly step: 'matching'; readonly done: number; readonly total: number }
  | { readonly step: 'planned'; readonly read: ReadAll; readonly plan: Plan }
  | { readonly step: 'failed'; readonly error: unknown; readonly files: readonly File[] }

const names = { letterboxd: 'Letterboxd', imdb: 'IMDb', trakt: 'Trakt', marquee: 'Marquee' }

/** Files of other sites: read, matched, shown with what did not match, and only then taken over, as one step to undo. */
export function ImportData() {
  const { source } = useSource()
  const [state, setState] = useState<State>({ step: 'waiting' })
  const [over, setOver] = useState(false)
  const id = useId()
  const take = (files: readonly File[]) => {
    if (files.length === 0 || source === null) return
    setState({ step: 'matching', done: 0, total: 0 })
    readAll(files, source, profile.document, (done, total) => setState({ step: 'matching', done, total })).then(
      ({ read, plan }) => {
        setState({ step: 'planned', read, plan })
        announce(
          `${plural(plan.wanted.filter((w) => w.entry !== null).length, 'entry', 'entries')} to import, ${plan.unmatched.length} not matched`,
        )
      },
      (error: unknown) => setState({ step: 'failed', error, files }),
    )
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take([...event.dataTransfer.files])
  }
  const apply = (plan: Plan, read: ReadAll) => {
    const from = [...new Set(read.files.map(({ site }) => names[site]))].join(', ')
    profile.change(`imported from ${from}`, plan.wanted)
    setState({ step: 'waiting' })
    toast(`Imported ${plural(plan.counts.ratings, 'rating')} from ${from}`, {
      action: { label: 'Undo', run: undoOnce },
    })
    if (profile.problem !== null) toast(profile.problem, { kind: 'bad' })
  }
  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Import</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping files is one way more; the file field beside it is for all */}
      <div
        className={over ? 'drop drop-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label htmlFor={`${id}-files`}>
          CSV exports of Letterboxd (ratings, watched, watchlist, diary), IMDb (ratings, watchlist) or Trakt (CSV or
          JSON), or your own JSON export. Several at once are fine.
        </label>
        <input
          id={`${id}-files`}
          type="file"
          multiple
          disabled={source === null}
          accept=".csv,.json,text/csv,application/json"
          onChange={(event) => {
            take([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
      </div>
      {source === null && <p className="fine">Files are matched here, so the model has to be here first.</p>}
      {state.step === 'matching' && (
        <p role="status">
          Matching movies
          {state.total > 0 && `: ${state.done.toLocaleString('en')} of ${state.total.toLocaleString('en')}`}…
        </p>
      )}
      {state.step === 'failed' && (
        <>
          <ErrorState error={state.error} onRetry={() => take(state.files)} />
          <p className="fine">Nothing was changed.</p>
        </>
      )}
      {state.step === 'planned' && (
        <Planned {...state} onApply={apply} onCancel={() => setState({ step: 'waiting' })} />
      )}
    </section>
  )
}

function Planned({
  read,
  plan,
  onApply,
  onCancel,
}: {
  read: ReadAll
  plan: Plan
  onApply: (plan: Plan, read: ReadAll) => void
  onCancel: () => void
}) {
  const skipped = Object.entries(read.skipped)
  const { ratings, watchlist, watched } = plan.counts
  return (
    <div className="stack" data-testid="import-plan">
      {read.problems.map((problem) => (
        <p key={problem} className="note note-bad">
          {problem}
        </p>
      ))}
      {read.files.length > 0 && <p className="fine">Read: {read.files.map(({ name }) => name).join(', ')}.</p>}
      <dl className="import-figures">
        {(
          [
            ['ratings', ratings],
            ['watchlist', watchlist],
            ['seen, not rated', watched],
            ['nothing new', plan.repeated],
            ['not matched', plan.unmatched.length],
          ] as const
        ).map(([name, n]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{n.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
      {skipped.length > 0 && (
        <p className="fine">Left out: {skipped.map(([why, n]) => `${n.toLocaleString('en')} (${why})`).join(', ')}.</p>
      )}
      {plan.unmatched.length > 0 && (
        <details open>
          <summary>Not matched: this data has no such movie</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by the keyboard */}
          <section className="import-table" tabIndex={0} aria-label="Movies that were not matched">
            <table>
              <thead>
                <tr>
                  <th scope="col">Title</th>
                  <th scope="col">Year</th>
                  <th scope="col" className="number">
                    Stars
                  </th>
                </tr>
              </thead>
              <tbody>
                {plan.unmatched.map((entry, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a file have no other name and never move
                  <tr key={i}>
                    <td>{entry.title ?? (entry.imdb !== null ? `IMDb tt${entry.imdb}` : `TMDB ${entry.tmdb}`)}</td>
                    <td>{entry.year}</td>
                    <td className="number">{entry.rating}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </details>
      )}
      <div className="row">
        <Button kind="primary" disabled={plan.wanted.length === 0} onClick={() => onApply(plan, read)}>
          Import {plural(ratings + watchlist + watched, 'entry', 'entries')}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </div>
  )
}
