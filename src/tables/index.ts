/**
 * Synced tables: rows of typed columns that travel with a sync, beside the artifacts. A sync takes
 * them along with the option `tables`.
 *
 *     defineTable(repo, {
 *       name: 'tasks',
 *       columns: [{ name: 'id', type: 'text', key: true }, { name: 'title', type: 'text' }],
 *       conflict: 'mtime-wins',
 *     })
 *     putRow(repo, 'tasks', { id: '7', title: 'Water the plants' })
 *     await sync(repo, transport, { tables: true })
 *
 * @module trilobite/tables
 */

export type { TableDefinition } from './definition.ts'
export { addColumn, defineTable, deleteRow, getRow, listRows, putRow, tables } from './tables.ts'
export type { RowValue } from './value.ts'
