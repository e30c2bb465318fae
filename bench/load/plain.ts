import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** What most scripts do: line by line, split at commas, numbers of strings. Gives count and weighted sums as digestOf(). */
export async function plainLoad(path: string) {
  const [users, items, ratings, times]: [number[], number[], number[], number[]] = [[], [], [], []]
  let header = true
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (header) {
      header = false
      continue
    }
    const [user, item, rating, time] = line.split(',')
    users.push(Number(user))
    items.push(Number(item))
    ratings.push(Number(rating))
    times.push(Number(time))
  }
  const weigh = (column: readonly number[]): number => column.reduce((sum, x, row) => sum + (1 + (row % 9973)) * x, 0)
  return { count: users.length, users: weigh(users), items: weigh(items), ratings: weigh(ratings), times: weigh(times) }
}
