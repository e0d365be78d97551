import { simulate } from 'trilobite/dst'

for (const seed of process.argv.slice(2).map(Number)) {
  const r: any = await simulate({ seed, plan: '' })
  if (r.verdict !== 'converged') console.log(seed, r.verdict, r.violation?.invariant, String(r.violation?.detail ?? r.error ?? '').slice(0, 200))
}
