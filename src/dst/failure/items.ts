/**
 * Items of a scenario: its operations and its faults, each of which can be left out.
 * @module
 */

import type { Intention } from '../../runner/operations.ts'
import type { Override } from '../../sim/decision.ts'
import { faultText, operationText } from './scenario-text.ts'
import type { FossilScenario } from './scenario-run.ts'

/** Something that people did, or that went wrong. */
export type Item =
  | { readonly kind: 'operation'; readonly operation: Intention }
  | { readonly kind: 'fault'; readonly fault: Override }

/** The items of a scenario: operations, then faults. */
export function itemsOf({ operations, faults }: FossilScenario): Item[] {
  return [
    ...operations.map((operation) => ({ kind: 'operation' as const, operation })),
    ...faults.map((fault) => ({ kind: 'fault' as const, fault })),
  ]
}

/** An item in words. */
export function textOf(item: Item): string {
  return item.kind === 'operation' ? operationText(item.operation) : faultText(item.fault)
}

/** The name of an item, the same in every run in which it takes place. */
export function nameOf(item: Item): string {
  if (item.kind === 'operation') return `operation ${item.operation.id}`
  return `${item.fault.site} ${item.fault.use}`
}

/** A scenario without one of its items. */
export function without(scenario: FossilScenario, item: Item): FossilScenario {
  return item.kind === 'operation'
    ? { ...scenario, operations: scenario.operations.filter((each) => each !== item.operation) }
    : { ...scenario, faults: scenario.faults.filter((each) => each !== item.fault) }
}

/** A scenario with one item and no other of its kind. */
export function alone(scenario: FossilScenario, item: Item): FossilScenario {
  return item.kind === 'operation'
    ? { ...scenario, operations: [item.operation] }
    : { ...scenario, faults: [item.fault] }
}
