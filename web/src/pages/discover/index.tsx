import './discover.css'
import { useState } from 'react'
import { redoOnce, undoOnce } from '../../components/actions.ts'
import { Icon } from '../../components/icon.tsx'
import { LocalStatus } from '../../components/local-status.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { profile, useProfile, useSettings } from '../../profile/use-profile.ts'
import { Link, useTitle } from '../../router.tsx'
import { plural } from '../../title.ts'
import { useSource } from '../../use-source.ts'
import { Controls } from './controls.tsx'
import { FirstPicks } from './first-picks.tsx'
import { ForYou } from './for-you.tsx'
import { KeptList } from './lists.tsx'
import { Notice } from './notice.tsx'
import { Search } from './search.tsx'
import { useRecommendations } from './use-recommendations.ts'

/** One large and pairs beneath it. */
const page = 21
const most = 210
/** From so many ratings on the picks fold away: they have done their work. */
const enough = 12

export default function Discover() {
  useTitle('Discover')
  const { source } = useSource()
  const lists = useProfile()
  const chosen = useSettings()
  const [k, setK] = useState(page)
  const [tab, setTab] = useState('for-you')
  const recommendations = useRecommendations(source, lists, chosen, k)
  const size = (list: 'ratings' | 'watchlist' | 'dismissed' | 'watched') => Object.keys(lists[list]).length
  const rated = size('ratings')
  const counted = (name: string, n: number) => (
    <>
      {name}
      {n > 0 && <span className="count">{n}</span>}
    </>
  )
  const filters = chosen.genres.length + (chosen.yearFrom === null ? 0 : 1) + (chosen.yearTo === null ? 0 : 1)
  const tuned = filters + (chosen.diversity > 0 ? 1 : 0) + (chosen.popularityPenalty > 0 ? 1 : 0)
  return (
    <>
      <section className="side" aria-label="Rate movies">
        <header className="side-head">
          <h1>{rated === 0 ? 'What should you watch next?' : 'Your next movie'}</h1>
          <p>
            {rated === 0
              ? 'Give stars to a few movies you know. The list follows with every one, and says why.'
              : `${plural(rated, 'rating')} so far. Each one more moves the list.`}
          </p>
        </header>
        <Notice />
        <LocalStatus />
        <Search source={source} />
        <details className="picks-fold" open={rated < enough}>
          <summary>
            <h2>Good first picks</h2>
          </summary>
          <p className="fine">Known to many, judged differently: your stars on these tell most.</p>
          <FirstPicks source={source} />
        </details>
      </section>
      <section className="programme" aria-label="Recommendations and your lists">
        <div className="programme-tools">
          <button
            type="button"
            className="button button-quiet button-small"
            disabled={lists.undo.length === 0}
            title={lists.undo.at(-1)?.label}
            onClick={undoOnce}
          >
            <Icon name="undo" />
            Undo
          </button>
          <button
            type="button"
            className="button button-quiet button-small"
            disabled={lists.redo.length === 0}
            title={lists.redo.at(-1)?.label}
            onClick={redoOnce}
          >
            <Icon name="redo" />
            Redo
          </button>
          <Link href="/settings" className="button button-quiet button-small">
            <Icon name="plus" />
            Import
          </Link>
        </div>
        {profile.problem !== null && <p className="note note-bad">{profile.problem}</p>}
        <Tabs
          label="Recommendations and your lists"
          chosen={tab}
          onChoose={setTab}
          tabs={[
            {
              id: 'for-you',
              label: rated === 0 ? 'To begin with' : 'For you',
              panel: (
                <>
                  <details className="tune">
                    <summary>
                      <Icon name="filter" /> Tune and filter
                      {tuned > 0 && <span className="count">{tuned}</span>}
                    </summary>
                    <Controls source={source} />
                  </details>
                  <ForYou
                    recommendations={recommendations}
                    onMore={k < most ? () => setK(Math.min(most, k + page)) : null}
                  />
                </>
              ),
            },
            { id: 'watchlist', label: counted('Watchlist', size('watchlist')), panel: <KeptList list="watchlist" /> },
            { id: 'ratings', label: counted('Your ratings', rated), panel: <KeptList list="ratings" /> },
            {
              id: 'dismissed',
              label: counted('Not interested', size('dismissed')),
              panel: <KeptList list="dismissed" />,
            },
            ...(size('watched') > 0
              ? [{ id: 'watched', label: counted('Seen', size('watched')), panel: <KeptList list="watched" /> }]
              : []),
          ]}
        />
      </section>
    </>
  )
}
