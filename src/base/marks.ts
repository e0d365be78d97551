/**
 * Marks: rare situations that simulations should reach, each counted at the one place in the code
 * that detects it. A mark that no seed reaches is a situation that was never tested, however many
 * seeds converged.
 *
 * Each mark stands in the folder that its name begins with, exactly once (`tools/marks.test.ts`).
 * Compare `sometimes` assertions in Antithesis, `CODE_PROBE` in FoundationDB and `marks.zig` in
 * TigerBeetle. A mark asserts nothing about a single run.
 * @module
 */

/** Every mark, and its situation in a sentence. */
export const marks = {
  'repo.delta-before-source': 'A delta arrives before its source and is kept until that arrives.',
  'repo.awaited-source-came': 'The source of a waiting delta arrives, and the delta is expanded.',
  'repo.delta-awaits-delta': 'A waiting delta is expanded, and another one had waited for it.',
  'repo.delta-lied': 'A waiting delta is expanded and does not match its name.',
  'repo.deltas-in-circle': 'A delta arrives whose source waits for that very delta.',
  'repo.compressed-delta-unkept': 'A compressed delta cannot be kept in that form: stored whole.',
  'repo.private-came-public': 'Content held as private arrives again as public.',
  'repo.push-unanswered': 'A push gets no answer, so its files may or may not have arrived.',
  'repo.unanswered-push-settled': 'A later sync settles a push that got no answer.',
  'repo.policy-promoted': 'The first SHA3 name arrives in a repository of SHA-1 names.',
  'repo.file-ahead-of-clock': 'An unversioned file is changed that is dated ahead of the clock.',

  'crosslink.parent-after-child': 'A check-in is read after one of its children.',
  'crosslink.delta-manifest-waits': 'A delta manifest is read before its baseline.',
  'crosslink.baseline-came': 'The baseline of a waiting delta manifest arrives.',
  'crosslink.pick-before-source': 'A cherry-pick is read before the check-in it picks.',
  'crosslink.parents-in-circle': 'A parent tag would make a check-in its own ancestor.',
  'crosslink.tags-of-one-moment': 'Two artifacts tag a third differently at the same moment.',
  'crosslink.tag-superseded': 'A tag is read after another of its name that takes precedence.',
  'crosslink.checkin-moved': 'A check-in no older than its child is moved before it.',
  'crosslink.reply-before-thread': 'A forum reply is read before the first post of its thread.',
  'crosslink.attachment-before-target': 'An attachment is read before its ticket or technote.',
  'crosslink.secret-file-named': 'A file arrives as private that a public check-in names.',
  'crosslink.secret-name-published': 'A public artifact names a missing one known as private.',

  'sync.delta-of-shunned': 'A delta of a shunned artifact arrives and is stored whole.',
  'sync.delta-before-shunned': 'A delta of a shunned artifact arrives before that artifact.',
  'sync.shunned-comes': 'An artifact arrives that is shunned here.',
  'sync.private-uninvited': 'A private artifact arrives where none is accepted.',
  'sync.file-in-vain': 'An artifact arrives and is still missing afterwards.',
  'sync.file-already-here': 'An artifact arrives that is already held.',
  'sync.file-sent-again': 'An artifact is sent twice in one sync, the second time whole.',
  'sync.file-asked-in-vain': 'A peer asks for an artifact that it was sent three times.',
  'sync.file-promised': 'A message is full: the name of an artifact goes instead of its content.',
  'sync.both-lack': 'A peer asks for an artifact that is missing here, too.',
  'sync.asked-for-whole': 'The source of a delta does not arrive: the peer is asked for the whole.',
  'sync.published-by-name': 'A peer announces as public what is private here.',
  'sync.hidden-by-name': 'A peer announces as private what is missing here.',
  'sync.published-elsewhere': 'A peer announces as private what is public here.',
  'sync.push-refused': 'A server lets a client pull but not push.',
  'sync.push-refused-whole': 'A server refuses a whole request because it holds files.',
  'sync.request-undone': 'A request fails after it brought artifacts, and is rolled back.',
  'sync.too-much': 'A request brings more than one may: the rest is left for later.',
  'sync.login-replayed': 'A signed request arrives twice.',
  'sync.login-replayed-later': 'A signed request arrives again after its server has restarted.',
  'sync.clone-resumed': 'An interrupted clone resumes.',
  'sync.clone-elsewhere': 'An interrupted clone resumes at another server of the project.',
  'sync.uv-tie': 'Two versions of an unversioned file meet that have the same time.',
  'sync.uv-overtaken': 'An unversioned file arrives after its owner has written a later version.',
  'sync.uv-revived': 'An unversioned file arrives that was deleted here.',
  'sync.uv-asked-in-vain': 'A server was asked for unversioned files and sent none.',
  'sync.row-without-table': 'A row arrives for a table that does not exist here.',

  'tables.tie': 'Two versions of a row meet that have the same time.',
  'tables.tie-with-deletion': 'A version and a deletion of a row meet that have the same time.',
  'tables.row-overtaken': 'A row arrives that is older than the one held.',
  'tables.row-refused': 'A row arrives from somebody who may not write it.',
  'tables.server-decides': "The server's row replaces a later one of another owner.",
  'tables.definitions-joined': 'Two definitions of a table meet that each add a column.',

  'admin.lock-held': 'A check-in is to be locked that somebody else has locked.',

  'agent.delivered-late': 'A server holds an artifact that it lacked after an earlier sync.',
  'agent.server-silent': 'A sync succeeds, and the server still lacks an awaited artifact.',
  'agent.delivery-refused': 'A server lacks an awaited artifact after eight syncs in full.',
  'agent.awaited-removed': 'An artifact is removed while somebody waits for its delivery.',
  'agent.change-during-sync': 'A change is made during a sync, and another follows at once.',

  'runner.reply-lost': 'A request is carried out and its reply is lost.',
  'runner.reply-partitioned': 'A partition begins while a reply is on its way.',
  'runner.reply-too-late': 'A reply arrives after its node has given up.',
  'runner.answered-unheard': 'A request is carried out after its node has given up or gone down.',
  'runner.answered-twice': 'A request is duplicated and carried out twice.',
  'runner.copy-overtaken': 'The copy of a request is carried out after a later request.',
  'runner.down-unanswered': 'A node goes down before its request is carried out.',
  'runner.down-before-reply': 'A node goes down after its request was carried out.',
  'runner.stop-unanswered': 'A node is stopped while it waits for a reply.',
  'runner.answers-while-asking': 'A node answers a request while it waits for a reply.',
  'runner.ask-each-other': 'Two nodes wait for replies from each other.',
  'runner.nobody-there': 'A request reaches a node that is down.',

  'dst.phantom-from-third': 'A phantom is filled by another node than the one that named it.',
  'dst.same-artifact-twice': 'Two nodes have made the same artifact and neither has sent it.',
  'dst.uv-conflict': 'Two nodes write an unversioned file without knowing of each other.',
  'dst.backup-over-newer': 'An old backup replaces a repository that had moved on.',
  'dst.server-forgets': 'An old backup replaces a server that had moved on.',
  'dst.down-unsent': 'A node goes down with artifacts that it has not sent.',
  'dst.down-incomplete': 'A node goes down while artifacts are missing.',
  'dst.down-cloning': 'A node goes down in the middle of its clone.',
  'dst.removed-returns': 'An artifact returns to the node where it was purged.',
} as const satisfies Readonly<Record<string, string>>

/** The name of a mark. */
export type MarkName = keyof typeof marks
