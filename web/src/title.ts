const article = /^(.*), (The|An?|Les?|La|Las|Los|El|Il|Lo|Der|Die|Das|Den|Det|O|Os|As|Une?|I|L'|L’)$/

/** "Matrix, The (1999)" as people say it: "The Matrix". The year goes too; it is shown beside the title. */
export function spokenTitle(title: string): string {
  const bare = title.replace(/\s*\((?:19|20|18)\d\d(?:[–-]\d*)?\)\s*$/, '')
  // "Amelie (Fabuleux destin d'Amélie Poulain, Le)": only what stands before the brackets is turned round.
  const [, head = bare, tail = ''] = /^([^(]*?)(\s*\(.*)?$/.exec(bare) ?? []
  const turned = article.exec(head)
  if (turned === null) return head + tail
  const [, name, word] = turned
  return `${word}${/['’]$/.test(word!) ? '' : ' '}${name}${tail}`
}

/** "The Matrix (1999)", for what is read out and for messages. */
export function namedMovie({ title, year }: { title: string; year: number | null }): string {
  return year === null ? spokenTitle(title) : `${spokenTitle(title)} (${year})`
}

/** "Matrix, The (1999)" as "The Matrix (1999)", where the year is not given apart. */
export function spokenWithYear(title: string): string {
  const year = /\((\d{4})(?:[–-]\d*)?\)\s*$/.exec(title)?.[1]
  return year === undefined ? spokenTitle(title) : `${spokenTitle(title)} (${year})`
}

/** "1 movie", "2 movies". */
export function plural(n: number, one: string, several = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : several}`
}

/** Titles inside a sentence of the server, turned round too: "because you gave Matrix, The (1999) 5 stars". */
export function spokenReason(text: string, titles: readonly string[]): string {
  let spoken = text
  for (const title of titles) {
    const year = /\((\d{4})\)\s*$/.exec(title)?.[1]
    // Other names in brackets would make the sentence hard to read.
    const short = spokenTitle(title).replace(/\s*\(.*\)$/, '')
    spoken = spoken.replaceAll(title, year === undefined ? short : `${short} (${year})`)
  }
  return spoken
}
