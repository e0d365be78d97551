/**
 * Faults and partitions of a simulated network, as a test sets them.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId } from '../runner/model.ts'
import { type FaultKind, type FaultRates, noFaults } from '../sim/link.ts'
import type { Network } from '../sim/network.ts'

/** The part that networks of leaves and networks of peers share. */
export abstract class NetworkControls {
  readonly #network: Network

  constructor(network: Network) {
    this.#network = network
  }

  /** @throws {FossilError} `option.invalid` for no node of this network */
  protected abstract requireNode(id: NodeId): void

  /** Sets the chance, from 0 to 1, that a request is lost, and the same for a reply. */
  setDropRate(rate: number): void {
    const ppm = ppmOf('dropRate', rate)
    this.setRates({ ...this.#network.rates, requestLost: ppm, replyLost: ppm })
  }

  /** Sets the chance, from 0 to 1, that a reply breaks off somewhere. */
  setTruncateRate(rate: number): void {
    this.setRates({ ...this.#network.rates, replyCut: ppmOf('truncateRate', rate) })
  }

  /** Sets all fault rates, in parts per million; those that are not given to 0. */
  setRates(rates: Partial<FaultRates>): void {
    this.#network.setRates({ ...noFaults, ...rates })
  }

  /** Cuts a node off, both ways. @throws {FossilError} `option.invalid` for no node */
  partition(id: NodeId): void {
    this.requireNode(id)
    this.#network.partition(id)
  }

  /**
   * Loses messages `from` one node `to` another; the other way stays open.
   *
   * @throws {FossilError} `option.invalid` for no node
   */
  partitionOneWay(from: NodeId, to: NodeId): void {
    for (const id of [from, to]) this.requireNode(id)
    this.#network.partitionOneWay({ from, to })
  }

  /** Ends every partition of a node. @throws {FossilError} `option.invalid` for no node */
  heal(id: NodeId): void {
    this.requireNode(id)
    this.#network.heal(id)
  }

  /** Ends every partition. */
  healAll(): void {
    this.#network.healAll()
  }

  /** Counts of each fault that struck. */
  faultCounts(): Readonly<Record<FaultKind, number>> {
    return this.#network.counts()
  }
}

/** A chance from 0 to 1 in parts per million. @throws {FossilError} `option.invalid` */
function ppmOf(option: string, rate: number): number {
  if (rate >= 0 && rate <= 1) return Math.round(rate * 1_000_000)
  throw new FossilError('option.invalid', { option, reason: `${rate} is not between 0 and 1` })
}
