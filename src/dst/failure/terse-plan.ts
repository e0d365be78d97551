/**
 * Plans written tersely: what is not as on a calm day.
 * @module
 */

import { calmPlan, type FossilPlan, fossilPlans, withoutMoot } from '../plan.ts'

/** A plan as a line that begins with `calm`. */
export function tersePlan(plan: FossilPlan): string {
  const calm: Readonly<Record<string, unknown>> = calmPlan
  const differing = Object.entries(withoutMoot(plan)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(calm[name]),
  )
  const line = fossilPlans.format(Object.fromEntries(differing))
  return line === '' ? 'calm' : `calm,${line}`
}
