import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react'
import { ThemeToggle } from './components/theme-toggle.tsx'
import { Wordmark } from './components/wordmark.tsx'
import { Link } from './router.tsx'

const links = [
  ['/discover', 'Discover'],
  ['/map', 'Map'],
  ['/clusters', 'Clusters'],
  ['/study', 'Study'],
  ['/lab', 'Lab'],
  ['/admin', 'Admin'],
] as const

/** By hand: the part behind "#" may hold the address of the page. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  const main = document.getElementById('main')
  main?.focus()
  main?.scrollIntoView()
}

/** Header with the wordmark and navigation, the page, and the footer. */
export function Shell({ path, children }: { path: string; children: ReactNode }) {
  const nav = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the link of another page may be out of sight
  useEffect(() => {
    const bar = nav.current
    const link = bar?.querySelector('[aria-current]')
    if (!bar || !link) return
    // By hand: scrollIntoView() would also make the next Tab start behind the link, past "Skip to the content".
    const [inner, outer] = [link.getBoundingClientRect(), bar.getBoundingClientRect()]
    bar.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right)
  }, [path])
  return (
    <div className="shell">
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place within the page; skip() goes there, as the fragment may be the page's address */}
      <a className="skip-link" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header className="masthead">
        <Link href="/discover" className="masthead-home" aria-label="Marquee, to Discover">
          <Wordmark />
        </Link>
        <nav className="masthead-nav" aria-label="Pages" ref={nav}>
          <ul>
            {links.map(([href, name]) => (
              <li key={href}>
                <Link href={href} aria-current={path.startsWith(href) ? 'page' : undefined}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="masthead-tools">
          <Link
            href="/settings"
            className="button button-quiet"
            aria-current={path === '/settings' ? 'page' : undefined}
          >
            Your data
          </Link>
          <ThemeToggle />
        </div>
      </header>
      {children}
      <footer className="footer">
        <p>
          Everything here comes from the server that shows this page.{' '}
          <Link href="/lab?tab=data">Whose ratings these are, and their licence</Link> · <a href="/docs/">API</a>
        </p>
      </footer>
    </div>
  )
}
