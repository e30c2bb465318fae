import { api } from '../../api.ts'
import { KeyOrError } from '../../components/key-gate.tsx'
import { ScrollX } from '../../components/scroll-x.tsx'
import { Loading } from '../../components/states.tsx'
import { counted, percent, pValue } from '../../format.ts'
import { Link, useTitle } from '../../router.tsx'
import { useAsync } from '../../use-async.ts'
import { Interval } from './interval.tsx'
import { shortNames } from './short-name.ts'
import { type PreferenceFigures, verdict } from './verdict.ts'

/** What came out of a study so far. */
export function Results({ study }: { study: string }) {
  useTitle('Study results')
  const { value, state, error, retry } = useAsync((signal) => api.studyResults(study, { signal }), [study])
  const [a, b] = value === null ? ['', ''] : shortNames(value.a, value.b)
  return (
    <>
      <header className="page-head">
        <p>
          <Link href="/study">All studies</Link>
        </p>
        <h1>What people preferred</h1>
      </header>
      {state === 'loading' && value === null && <Loading label="Counting" />}
      {state === 'failed' && <KeyOrError error={error} onRetry={retry} what="The results are not open to everybody" />}
      {value !== null && state !== 'failed' && (
        <div className="stack study-results">
          <section className="panel stack" data-testid="verdict">
            <h2>
              {a} against {b}
            </h2>
            <p>{verdict(a, b, value.preference)}</p>
            {value.preference.rate !== null && value.preference.interval !== null && (
              <Interval a={a} b={b} rate={value.preference.rate} interval={value.preference.interval} />
            )}
            <p className="fine">
              {counted(value.preference.answers, 'answer')} of {counted(value.participants, 'person', 'people')}. In{' '}
              {counted(value.sameBest, 'comparison')} both systems had the same best movie, and one of them, by lot,
              showed its next best.
            </p>
            <p className="fine study-versions">
              The versions compared: <code>{value.a}</code> and <code>{value.b}</code>.
            </p>
          </section>
          <section className="panel stack">
            <h2>Looked at in other ways</h2>
            <ScrollX label="Preferences by way of counting">
              <table>
                <thead>
                  <tr>
                    <th scope="col">How it is counted</th>
                    <th scope="col" className="number">
                      For {a}
                    </th>
                    <th scope="col" className="number">
                      For {b}
                    </th>
                    <th scope="col" className="number">
                      Share
                    </th>
                    <th scope="col" className="number">
                      95% interval
                    </th>
                    <th scope="col" className="number">
                      p
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <Row name="Every answer" figures={value.preference} />
                  <Row name="One vote for each participant" figures={value.byParticipant} />
                </tbody>
              </table>
            </ScrollX>
            <p className="fine">
              p is the chance of a division at least as uneven if every answer were a fair coin (two-sided sign test).
            </p>
            <Place figures={value.first} />
          </section>
        </div>
      )}
    </>
  )
}

/** Whether the place on the page, and not the movie, decided. */
function Place({ figures: { a, answers, rate, interval, p } }: { figures: PreferenceFigures }) {
  if (rate === null || interval === null) return null
  return (
    <p className="fine" data-testid="place">
      Whichever system it came from, the movie shown first was chosen in {a} of {answers} comparisons ({percent(rate)},
      95% interval {percent(interval[0]!)} to {percent(interval[1]!)}, p {pValue(p)}). If this is far from half, the
      place on the page decided, and not the movie.
    </p>
  )
}

function Row({ name, figures: { a, b, rate, interval, p } }: { name: string; figures: PreferenceFigures }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{a}</td>
      <td className="number">{b}</td>
      <td className="number">{rate === null ? '–' : percent(rate)}</td>
      <td className="number">{interval === null ? '–' : `${percent(interval[0]!)} to ${percent(interval[1]!)}`}</td>
      <td className="number">{pValue(p)}</td>
    </tr>
  )
}
