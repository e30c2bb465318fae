import type { ReactNode } from 'react'
import { many, type Random, type Scene, type Scenes } from './drawing.tsx'
import type { Palette } from './palettes.ts'
import { brightScenes } from './scenes-bright.tsx'
import { darkScenes } from './scenes-dark.tsx'
import { farScenes } from './scenes-far.tsx'

/** For each genre a few scenes on a poster. */
const scenes: Scenes = { ...farScenes, ...darkScenes, ...brightScenes }

const plain: Scene = (c, r) => (
  <>
    <circle cx={60} cy={86} r={44} fill={c.form} />
    {many(5, (i) => (
      <circle key={i} cx={60} cy={60} r={9} fill={c.light} transform={`rotate(${i * 72 + r() * 4} 60 86)`} />
    ))}
    <circle cx={60} cy={86} r={6} fill={c.light} />
    <path d="M60 130q30 26 60 10" stroke={c.form} strokeWidth={8} fill="none" />
  </>
)

/** The scene of a genre: one of its variants, by the movie's numbers. */
export function sceneOf(genre: string, colours: Palette, random: Random): ReactNode {
  const variants = scenes[genre] ?? [plain]
  return variants[Math.floor(random() * variants.length)]!(colours, random)
}
