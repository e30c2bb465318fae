/** Names to take part under: nothing in them says who somebody is. */
const first = [
  'amber',
  'velvet',
  'silver',
  'crimson',
  'golden',
  'quiet',
  'midnight',
  'paper',
  'copper',
  'ivory',
  'scarlet',
  'misty',
]
const second = [
  'curtain',
  'ticket',
  'usher',
  'reel',
  'projector',
  'balcony',
  'spotlight',
  'popcorn',
  'matinee',
  'lantern',
  'foyer',
  'screen',
]

/** "velvet-usher-407". */
export function suggestedName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)]!
  return `${pick(first)}-${pick(second)}-${100 + Math.floor(random() * 900)}`
}

/** Why a name cannot be used; null where it can. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'Enter a name: answers are kept under it.'
  if (name.length > 200) return 'A name has at most 200 characters.'
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return 'A name has no control characters.'
  return null
}

const keyOf = (study: string): string => `marquee.study.${study}`

/** Under which name this browser takes part in a study; survives a reload. */
export const participantOf = {
  get(study: string): string | null {
    try {
      return localStorage.getItem(keyOf(study))
    } catch {
      return null
    }
  },
  set(study: string, name: string | null): void {
    try {
      if (name === null) localStorage.removeItem(keyOf(study))
      else localStorage.setItem(keyOf(study), name)
    } catch {
      // Without storage the name holds until the page is left.
    }
  },
}
