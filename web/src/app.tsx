import { Component, type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef } from 'react'
import { Announcer } from './components/announcer.tsx'
import { type Needs, ServerGate } from './components/server-gate.tsx'
import { ErrorState, Loading } from './components/states.tsx'
import { Toasts } from './components/toast.tsx'
import Discover from './pages/discover/index.tsx'
import { matchPath, navigate, useLocation } from './router.tsx'
import { Shell } from './shell.tsx'

type Page = ComponentType<{ params: Record<string, string> }>

/** Discover comes with the main bundle; every other page is fetched when it is opened. */
const pages: readonly (readonly [pattern: string, page: Page])[] = [
  ['/discover', Discover],
  ['/movie/:id', lazy(() => import('./pages/movie/index.tsx'))],
  ['/map', lazy(() => import('./pages/map/index.tsx'))],
  ['/clusters', lazy(() => import('./pages/clusters/index.tsx'))],
  ['/study', lazy(() => import('./pages/study/index.tsx'))],
  ['/study/:id', lazy(() => import('./pages/study/index.tsx'))],
  ['/lab', lazy(() => import('./pages/lab/index.tsx'))],
  ['/admin', lazy(() => import('./pages/admin/index.tsx'))],
  ['/settings', lazy(() => import('./pages/settings/index.tsx'))],
]
/** Pages that live on the server's answers, by the first part of their address. */
const needs: Readonly<Record<string, Needs>> = {
  clusters: {
    name: 'Clusters',
    sends: 'It shows what an autoencoder on the server has found; nothing of yours goes along.',
  },
  study: {
    name: 'Study',
    sends: 'Studies are kept there; it gets the name you choose to take part under and your answers, not your ratings.',
  },
  lab: {
    name: 'Lab',
    sends: 'It shows the server’s data, models and trainings; nothing of yours goes along.',
  },
  admin: {
    name: 'Admin',
    sends: 'It is for whoever runs the server; what you change there goes to it, your ratings do not.',
  },
}
const Missing = lazy(() => import('./pages/missing.tsx'))

function find(path: string): { Page: Page; params: Record<string, string>; key: string } {
  for (const [pattern, Page] of pages) {
    const params = matchPath(pattern, path)
    if (params !== null) return { Page, params, key: pattern }
  }
  return { Page: Missing, params: {}, key: 'missing' }
}

/** Keeps a page that throws from taking the rest with it. */
class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown }
  static getDerivedStateFromError(error: unknown) {
    return { error }
  }
  override render() {
    if (this.state.error === null) return this.props.children
    // A part of the page that could not be fetched is asked for again only by loading the page.
    const unfetched = /module/i.test(String((this.state.error as Error).message))
    const retry = () => (unfetched ? window.location.reload() : this.setState({ error: null }))
    return <ErrorState error={this.state.error} onRetry={retry} />
  }
}

export function App() {
  const { path } = useLocation()
  const home = path === '/' || path === '/index.html'
  useEffect(() => {
    if (home) navigate('/discover', { replace: true })
  }, [home])
  const { Page, params, key } = find(home ? '/discover' : path)
  const server = needs[key.split('/')[1] ?? '']
  const main = useRef<HTMLElement>(null)
  const before = useRef(path)
  useEffect(() => {
    // A change of page moves the focus to its start, as loading a document would; the first page is left alone.
    if (before.current === path || before.current === '/') {
      before.current = path
      return
    }
    before.current = path
    main.current?.focus({ preventScroll: true })
  }, [path])
  return (
    <Shell path={home ? '/discover' : path}>
      <main id="main" tabIndex={-1} ref={main} className={`page page-${key.split('/')[1] ?? key}`}>
        <Boundary key={path}>
          <Suspense fallback={<Loading label="Loading the page" />}>
            {server === undefined ? (
              <Page params={params} />
            ) : (
              <ServerGate needs={server}>
                <Page params={params} />
              </ServerGate>
            )}
          </Suspense>
        </Boundary>
      </main>
      <Toasts />
      <Announcer />
    </Shell>
  )
}
