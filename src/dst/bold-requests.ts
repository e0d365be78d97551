/**
 * Requests of a peer that does not care what it may do: it sends its server, after everything that
 * the product would say, every row that no server may take from it.
 * @module
 */

import { concat } from '../base/bytes.ts'
import { findRow } from '../tables/rows.ts'
import { findTable } from '../tables/schema.ts'
import { type Credentials, signed } from '../sync/login.ts'
import { tablesPragma, writeRow } from '../sync/tables.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { versionOf } from './invariants/tables.ts'
import type { TableOracle } from './table-oracle.ts'
import type { CheckedNode } from './world.ts'

/**
 * A request with the rows that are stranded at its sender, signed anew, where that has signed rows
 * in the name of others; as it is anywhere else.
 */
export function boldRequest(
  request: Uint8Array,
  { id, repo }: CheckedNode,
  { oracle, login }: { oracle: TableOracle; login: Credentials | undefined },
): Uint8Array {
  if (login === undefined || !oracle.signsForOthers(id)) return request
  const writer = new CardWriter()
  // Without it the server would take it for a peer that knows no owners.
  writer.add({ type: 'pragma', name: tablesPragma.name, args: [tablesPragma.version] })
  for (const { table: name, key } of oracle.rows()) {
    const version = versionOf(repo, name, key)
    const table = findTable(repo, name)
    const row = table && findRow(repo, table, key)
    if (version === undefined || table === undefined || row === undefined) continue
    if (oracle.isStranded(name, key, version, id)) writeRow(writer, table, row)
  }
  if (writer.cards === 1) return request
  const rest = withoutLogin(decodeMessage(request, { maxBytes: 1 << 30 }))
  return encodeMessage(signed(repo, concat([rest, writer.finish()]), login), {
    deflateOverBytes: 1 << 30,
  })
}

/** A login card is the first line, and signs all others. */
function withoutLogin(message: Uint8Array): Uint8Array {
  const login = Buffer.from('login ')
  const isSigned = Buffer.compare(message.subarray(0, login.length), login) === 0
  return isSigned ? message.subarray(message.indexOf(0x0a) + 1) : message
}
