import type { MovieMap } from './movie-map.ts'

/** Up to 20 hues that differ in light as well, readable on white and on near-black. */
const palette = [
  '#4269d0',
  '#c98a00',
  '#d6382f',
  '#2a9d8f',
  '#2f8f3a',
  '#d65a9a',
  '#8c5bd0',
  '#4f9ed0',
  '#96633c',
  '#7f8591',
  '#1f6f78',
  '#b5651d',
  '#a3173a',
  '#5a7d0a',
  '#6a4c93',
  '#d1791f',
  '#0f8bc4',
  '#b04bb0',
  '#71797e',
  '#3d8168',
]

/**
 * The map as one page of HTML that works from a file: canvas coloured by genre, title on hover or tap, zoom by wheel or
 * pinch, genres to switch on and off, light and dark, phone width. Nothing is loaded from anywhere.
 */
export function mapPage(map: MovieMap, title: string): string {
  const genres = [...new Set(map.movies.map(({ genre }) => genre))].sort()
  const data = {
    genres,
    colours: genres.map((_, n) => palette[n % palette.length]),
    movies: map.movies.map(({ title, genres: all, genre, ratings, x, y }) => [
      x,
      y,
      genres.indexOf(genre),
      title,
      all.join(', '),
      ratings,
    ]),
  }
  const { preservation: kept, genreAgreement } = map
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
  const facts =
    `${map.movies.length.toLocaleString('en-GB')} movies with at least ${map.minimumRatings} ratings, by what ${map.model} learned of them. ` +
    `t-SNE, perplexity ${map.perplexity}, seed ${map.seed}, divergence ${map.divergence.toFixed(3)}. ` +
    `Trustworthiness ${kept.trustworthiness.toFixed(3)}; ${percent(kept.recall)} of each movie's ${kept.neighbours} nearest are its nearest here too. ` +
    `Near movies share their colour ${percent(genreAgreement.map)} of the time (chance ${percent(genreAgreement.chance)}).`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(facts)}</p></header>
<main><canvas id="map" tabindex="0" role="img" aria-label="${escapeHtml(facts)}"></canvas><div id="tip" role="status" hidden></div></main>
<nav id="legend" aria-label="Genres"></nav>
<script type="application/json" id="data">${escapeScript(JSON.stringify(data))}</script>
<script>${script}</script>
</body>
</html>
`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** JSON that cannot end the script element it stands in. */
export const escapeScript = (json: string): string => json.replaceAll('<', '\\u003c')

const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1e23;--quiet:#5b6470;--line:#d9dde3}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8eaed;--quiet:#a0a8b3;--line:#333a43}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.45 system-ui,sans-serif;display:flex;flex-direction:column;min-height:100vh}
header{padding:.8rem 1rem .2rem;max-width:70rem}
h1{font-size:1.25rem;margin:0 0 .25rem}
p{margin:0;color:var(--quiet);font-size:.875rem}
main{position:relative;flex:1;min-height:60vh;margin:.5rem 1rem;border:1px solid var(--line);border-radius:6px;overflow:hidden}
canvas{position:absolute;inset:0;width:100%;height:100%;touch-action:none;cursor:crosshair}
#tip{position:absolute;max-width:min(20rem,80%);padding:.35rem .55rem;background:var(--paper);border:1px solid var(--quiet);border-radius:4px;font-size:.85rem;pointer-events:none}
#tip small{display:block;color:var(--quiet)}
nav{display:flex;flex-wrap:wrap;gap:.35rem;padding:0 1rem 1rem}
button{font:inherit;font-size:.8rem;color:inherit;background:none;border:1px solid var(--line);border-radius:999px;padding:.2rem .6rem;cursor:pointer;min-height:2rem}
button i{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em}
button[aria-pressed=false]{opacity:.4}
`

const script = `
'use strict'
const { genres, colours, movies } = JSON.parse(document.getElementById('data').textContent)
const canvas = document.getElementById('map'), tip = document.getElementById('tip'), pen = canvas.getContext('2d')
const shown = genres.map(() => true)
let low = [Infinity, Infinity], high = [-Infinity, -Infinity]
for (const m of movies) for (const a of [0, 1]) { low[a] = Math.min(low[a], m[a]); high[a] = Math.max(high[a], m[a]) }
let zoom = 1, shift = [0, 0], chosen = -1
const box = () => canvas.getBoundingClientRect()
const place = (m, { width, height }) => {
  const scale = zoom * 0.94 * Math.min(width / (high[0] - low[0] || 1), height / (high[1] - low[1] || 1))
  return [width / 2 + shift[0] + (m[0] - (low[0] + high[0]) / 2) * scale, height / 2 + shift[1] - (m[1] - (low[1] + high[1]) / 2) * scale]
}
function draw() {
  const size = box(), dots = window.devicePixelRatio || 1
  canvas.width = size.width * dots; canvas.height = size.height * dots
  pen.setTransform(dots, 0, 0, dots, 0, 0)
  const radius = Math.max(1.3, Math.min(5, 2.2 * Math.sqrt(zoom) * Math.sqrt(2500 / movies.length)))
  pen.globalAlpha = 0.8
  movies.forEach((m, n) => {
    if (!shown[m[2]]) return
    const [x, y] = place(m, size)
    if (x < -9 || y < -9 || x > size.width + 9 || y > size.height + 9) return
    pen.fillStyle = colours[m[2]]
    pen.beginPath(); pen.arc(x, y, n === chosen ? radius + 3 : radius, 0, 7); pen.fill()
  })
}
let queued = false
const redraw = () => { if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; draw() }) } }
function point(event) {
  const size = box(), x = event.clientX - size.left, y = event.clientY - size.top
  let best = event.pointerType === 'mouse' ? 12 : 28
  let found = -1
  movies.forEach((m, n) => {
    if (!shown[m[2]]) return
    const at = place(m, size), distance = Math.hypot(at[0] - x, at[1] - y)
    if (distance < best) { best = distance; found = n }
  })
  if (found !== chosen) { chosen = found; redraw() }
  tip.hidden = found < 0
  if (found < 0) return
  const [, , , title, all, ratings] = movies[found], at = place(movies[found], size)
  const more = document.createElement('small')
  more.textContent = (all || 'no genre') + ' \\u00b7 ' + ratings.toLocaleString() + ' ratings'
  tip.replaceChildren(document.createTextNode(title), more)
  tip.style.left = Math.max(4, Math.min(at[0] + 12, size.width - tip.offsetWidth - 4)) + 'px'
  tip.style.top = Math.max(4, Math.min(at[1] + 12, size.height - tip.offsetHeight - 4)) + 'px'
}
function zoomBy(factor, x, y) {
  const size = box(), next = Math.max(1, Math.min(60, zoom * factor)), real = next / zoom
  const cx = x - size.left - size.width / 2, cy = y - size.top - size.height / 2
  shift = next === 1 ? [0, 0] : [cx - (cx - shift[0]) * real, cy - (cy - shift[1]) * real]
  zoom = next; tip.hidden = true; redraw()
}
const fingers = new Map()
canvas.addEventListener('pointerdown', (event) => { fingers.set(event.pointerId, event); canvas.setPointerCapture(event.pointerId); point(event) })
canvas.addEventListener('pointermove', (event) => {
  const before = fingers.get(event.pointerId)
  if (!before) return point(event)
  const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId)
  const apart = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY)
  if (other) zoomBy(apart(event) / (apart(before) || 1), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2)
  else if (zoom > 1) { shift = [shift[0] + event.clientX - before.clientX, shift[1] + event.clientY - before.clientY]; tip.hidden = true; redraw() }
  fingers.set(event.pointerId, event)
})
for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, (event) => fingers.delete(event.pointerId))
canvas.addEventListener('pointerleave', () => { tip.hidden = true; chosen = -1; redraw() })
canvas.addEventListener('wheel', (event) => { event.preventDefault(); zoomBy(Math.exp(-event.deltaY / 300), event.clientX, event.clientY) }, { passive: false })
canvas.addEventListener('keydown', (event) => {
  const size = box(), x = size.left + size.width / 2, y = size.top + size.height / 2
  if (event.key === '+' || event.key === '=') zoomBy(1.3, x, y)
  if (event.key === '-') zoomBy(1 / 1.3, x, y)
  const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key]
  if (step && zoom > 1) { event.preventDefault(); shift = [shift[0] + step[0], shift[1] + step[1]]; redraw() }
})
const legend = document.getElementById('legend')
genres.forEach((genre, g) => {
  const button = document.createElement('button'), dot = document.createElement('i')
  dot.style.background = colours[g]
  button.append(dot, genre)
  button.setAttribute('aria-pressed', 'true')
  button.addEventListener('click', () => { shown[g] = !shown[g]; button.setAttribute('aria-pressed', shown[g]); redraw() })
  button.addEventListener('dblclick', () => {
    genres.forEach((_, k) => { shown[k] = k === g; legend.children[k].setAttribute('aria-pressed', k === g) })
    redraw()
  })
  legend.append(button)
})
new ResizeObserver(redraw).observe(canvas)
draw()
`
