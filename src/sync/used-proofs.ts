/**
 * Proofs of login that were used to change a repository, kept in the repository itself: a request
 * that was recorded changes nothing a second time, whatever has happened to the server since.
 *
 * Requests that only read leave no proof behind, so that reading stays reading. Whatever brought an
 * artifact or an unversioned file is known for good by its row in `rcvfrom`, also where stock
 * answered it; rows of tables, settings, deletions and locks leave no such row.
 * @module
 */

import { hasTable } from '../db/tables.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** The latest of them that are kept: some 12 MB. */
const mostKept = 100_000

/** Named as all tables of ours, so that stock's rebuild keeps it: see tables/schema.ts. */
const makeTable = `
CREATE TABLE IF NOT EXISTS fx_trilobite_proof(
  id INTEGER PRIMARY KEY,
  nonce TEXT NOT NULL UNIQUE
)`

/** Keeps a proof, in the transaction that its request changes. */
export function keepProof(repo: Repo, nonce: string, { most = mostKept } = {}): void {
  const db = dbOf(repo)
  db.exec(makeTable)
  const { lastRowid } = db.prepare('INSERT INTO fx_trilobite_proof(nonce) VALUES(?)').run(nonce)
  db.prepare('DELETE FROM fx_trilobite_proof WHERE id <= ?').run(lastRowid - most)
}

/** Tells whether a request with this proof has changed the repository before. */
export function isProofKept(repo: Repo, nonce: string): boolean {
  const db = dbOf(repo)
  if (db.prepare('SELECT 1 FROM rcvfrom WHERE nonce = ?').get(nonce) !== undefined) return true
  if (!hasTable(db, 'fx_trilobite_proof')) return false
  return db.prepare('SELECT 1 FROM fx_trilobite_proof WHERE nonce = ?').get(nonce) !== undefined
}
