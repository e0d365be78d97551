/**
 * The time of nodes: `Date`, `performance`, the clocks of `process`, `Temporal.Now`, and `Intl`,
 * which formats the present where it is given no date.
 * @module
 */

import { presentNode, type SimulatedGlobals } from '../context.ts'
import { isFunction, member, route, routeGetter } from './patch.ts'

/** Replaces the class by one that is no subclass: `instanceof`, statics and names stay. */
function routeDate(): void {
  const RealDate = Date
  const now = (): number => presentNode()?.nowMs() ?? RealDate.now()
  function SimulatedDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(now()).toString()
    return Reflect.construct(RealDate, args.length === 0 ? [now()] : args, new.target)
  }
  for (const key of Reflect.ownKeys(RealDate)) {
    const own = Object.getOwnPropertyDescriptor(RealDate, key)
    if (own !== undefined) Reflect.defineProperty(SimulatedDate, key, own)
  }
  route(SimulatedDate, 'now', ({ node }) => node.nowMs())
  redefine(RealDate.prototype, 'constructor', SimulatedDate)
  redefine(globalThis, 'Date', SimulatedDate)
}

function redefine(object: object, name: string, value: unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { ...descriptor, value })
}

function routePerformance(): void {
  const { prototype } = Performance
  route(prototype, 'now', ({ node }) => node.uptimeMs())
  routeGetter(prototype, 'timeOrigin', (node) => node.nowMs() - node.uptimeMs())
}

function uptimeNs(node: SimulatedGlobals): bigint {
  return BigInt(node.uptimeMs()) * 1_000_000n
}

function routeProcessClocks(): void {
  const { hrtime } = process
  route(hrtime, 'bigint', ({ node }) => uptimeNs(node))
  route(process, 'hrtime', ({ node, args: [since] }) => {
    const earlier = Array.isArray(since) ? BigInt(since[0]) * 10n ** 9n + BigInt(since[1]) : 0n
    const ns = uptimeNs(node) - earlier
    return [Number(ns / 10n ** 9n), Number(ns % 10n ** 9n)]
  })
  route(process, 'uptime', ({ node }) => node.uptimeMs() / 1000)
}

function call(object: unknown, name: string, ...args: unknown[]): unknown {
  const method = member(object, name)
  return isFunction(method) ? Reflect.apply(method, object, args) : undefined
}

/** Node 24 has no `Temporal`. */
function routeTemporal(): void {
  const Temporal = member(globalThis, 'Temporal')
  const Now = member(Temporal, 'Now')
  const Instant = member(Temporal, 'Instant')
  if (typeof Now !== 'object' || Now === null) return
  const instant = (node: SimulatedGlobals): unknown =>
    call(Instant, 'fromEpochMilliseconds', node.nowMs())
  const zoned = (node: SimulatedGlobals, zone: unknown): unknown =>
    call(instant(node), 'toZonedDateTimeISO', zone ?? call(Now, 'timeZoneId'))
  route(Now, 'instant', ({ node }) => instant(node))
  route(Now, 'zonedDateTimeISO', ({ node, args: [zone] }) => zoned(node, zone))
  for (const kind of ['PlainDateTime', 'PlainDate', 'PlainTime']) {
    const name = `p${kind.slice(1)}ISO`
    route(Now, name, ({ node, args: [zone] }) => call(zoned(node, zone), `to${kind}`))
  }
}

function routeIntl(): void {
  const { prototype } = Intl.DateTimeFormat
  route(prototype, 'formatToParts', ({ node, args: [date], real }) => real(date ?? node.nowMs()))
  routeGetter(prototype, 'format', (node, read) => {
    const format = read()
    return (date: unknown) =>
      isFunction(format) ? Reflect.apply(format, undefined, [date ?? node.nowMs()]) : undefined
  })
}

/** Routes clocks. */
export function routeClocks(): void {
  routeDate()
  routePerformance()
  routeProcessClocks()
  routeTemporal()
  routeIntl()
}
