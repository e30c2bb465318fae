/**
 * CSV as the exports of other sites write it (RFC 4180 and what departs from it): commas, semicolons or tabs, quoted
 * cells with commas, line breaks and doubled quotes in them, CRLF, LF or CR, a byte order mark, empty lines left out.
 */
export function parseCsv(text: string): string[][] {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const separator = separatorOf(source)
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  let wasQuoted = false
  const endCell = () => {
    row.push(wasQuoted ? cell : cell.trim())
    cell = ''
    wasQuoted = false
  }
  const endRow = () => {
    endCell()
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!
    if (quoted) {
      if (character !== '"') cell += character
      else if (source[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (character === '"' && cell.trim() === '' && !wasQuoted) {
      quoted = true
      wasQuoted = true
      cell = ''
    } else if (character === separator) endCell()
    else if (character === '\n' || character === '\r') {
      if (character === '\r' && source[i + 1] === '\n') i += 1
      endRow()
    } else if (wasQuoted && (character === ' ' || character === '\t')) continue
    else cell += character
  }
  if (cell !== '' || row.length > 0 || wasQuoted) endRow()
  return rows
}

/** Whichever of comma, semicolon and tab the first line has most of, outside quotes. */
function separatorOf(source: string): string {
  const counts: Record<string, number> = { ',': 0, ';': 0, '\t': 0 }
  let quoted = false
  for (const character of source) {
    if (character === '"') quoted = !quoted
    else if (!quoted && (character === '\n' || character === '\r')) break
    else if (!quoted && character in counts) counts[character]! += 1
  }
  return Object.entries(counts).reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

/** Rows as objects by the names in the first row, which are compared without case. Short rows read as empty cells. */
export function records(rows: readonly (readonly string[])[]): { columns: string[]; rows: Map<string, string>[] } {
  const [head = [], ...rest] = rows
  const columns = head.map((name) => name.trim().toLowerCase())
  return {
    columns,
    rows: rest.map((cells) => new Map(columns.map((name, i) => [name, cells[i] ?? '']))),
  }
}
