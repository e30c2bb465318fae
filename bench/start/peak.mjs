/** Loaded before the program: on exit writes the peak of its resident memory, in bytes, to the file of BENCH_PEAK. */
import { writeFileSync } from 'node:fs'

const file = process.env.BENCH_PEAK
// Only the process itself, not what it starts.
delete process.env.BENCH_PEAK
if (file) process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)))
