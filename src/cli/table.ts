export interface Column {
  readonly header: string
  /** Default left. */
  readonly align?: 'left' | 'right'
}

/** Rows of text in aligned columns, two spaces between them, the header first; every line ends with a newline. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ''): string {
  const widths = columns.map(({ header }, c) => Math.max(width(header), ...rows.map((row) => width(row[c] ?? ''))))
  const line = (cells: readonly string[]): string =>
    indent +
    cells
      .map((cell, c) => {
        const space = ' '.repeat(widths[c]! - width(cell))
        return columns[c]!.align === 'right' ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return [columns.map(({ header }) => header), ...rows].map((cells) => `${line(cells)}\n`).join('')
}

/** Characters as a terminal counts them, near enough: combining marks none, East Asian wide characters two. */
function width(text: string): number {
  let count = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    count += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(character) ? 2 : 1
  }
  return count
}

/** 100,836. */
export const grouped = (value: number): string => value.toLocaleString('en-GB')

/** A metric to four decimals; a dash where there is none. */
export const figure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : value.toFixed(4)

/** A path as a shell takes it: quoted where it holds more than plain characters. */
export const shellWord = (path: string): string => (/^[\w./~:\\-]+$/.test(path) ? path : `"${path}"`)
