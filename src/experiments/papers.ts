import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MarqueeError } from '../core/errors.ts'
import type { FullSizeResult } from './full-size.ts'
import { type Paper, type PaperName, paperNames } from './paper.ts'

interface Recipes {
  readonly papers: readonly Paper[]
  /** What was run on synthetic ratings of the size of sets that may not be had. */
  readonly fullSize: FullSizeResult
}

/** The committed recipes: recipes/papers of a clone, or the one file that a built package carries instead. */
export async function loadRecipes(): Promise<Recipes> {
  for (const place of ['../../recipes/papers/index.ts', '../papers.js']) {
    const url = new URL(place, import.meta.url)
    if (existsSync(fileURLToPath(url))) return (await import(url.href)) as Recipes
  }
  throw new MarqueeError('no-recipes', 'the recipes of the papers are not part of this installation', {
    remedy: 'Run the command in a clone of the repository.',
  })
}

export const loadPapers = async (): Promise<readonly Paper[]> => (await loadRecipes()).papers

/** The papers of a name, or of `all`. Throws `unknown-paper`, listing the names. */
export function papersNamed(papers: readonly Paper[], name: string): readonly Paper[] {
  if (name === 'all') return papers
  const found = papers.filter((paper) => paper.name === (name as PaperName))
  if (found.length > 0) return found
  throw new MarqueeError('unknown-paper', `there is no paper "${name}"`, {
    remedy: `The papers are ${paperNames.join(', ')}; "all" runs every one.`,
  })
}
