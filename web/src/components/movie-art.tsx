import { memo, useId } from 'react'
import { palettes, plainPalette, tellingGenre } from './art/palettes.ts'
import { randomFrom } from './art/random.ts'
import { sceneOf } from './art/scenes.tsx'

/**
 * A poster drawn from a movie's genres and id: the data has no pictures, and fetching some would tell others what is
 * looked at. The same movie always looks the same. Decoration, hidden from screen readers.
 */
export const MovieArt = memo(function MovieArt({ id, genres }: { id: string; genres: readonly string[] }) {
  const sky = useId()
  const random = randomFrom(`movie ${id}`)
  const genre = tellingGenre(genres, random)
  const variants = palettes[genre] ?? [plainPalette]
  const colours = variants[Math.floor(random() * variants.length)]!
  return (
    <svg
      className="art"
      viewBox="0 0 120 180"
      aria-hidden="true"
      focusable="false"
      preserveAspectRatio="xMidYMid slice"
    >
      <linearGradient id={sky} x1="0" y1="0" x2="0" y2="1">
        <stop offset="0" stopColor={colours.top} />
        <stop offset="1" stopColor={colours.bottom} />
      </linearGradient>
      <rect width="120" height="180" fill={`url(#${sky})`} />
      {sceneOf(genre, colours, random)}
    </svg>
  )
})
