/**
 * Bugs in src/write and src/deck: something else is written than was asked for. Everybody gets the
 * same, and derives the same from it.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const writeMutations: readonly Mutation[] = [
  {
    name: 'author-unsaid',
    bug: 'leaves the author out of every check-in',
    file: 'src/write/checkin.ts',
    find: `    tags: checkinTags(repo, options, { parent, merged }),
    user,
`,
    replace: '    tags: checkinTags(repo, options, { parent, merged }),\n',
    needs: ['op:checkin'],
    caughtBy: ['written', 'last-word-of-checkins'],
  },
  {
    name: 'tag-valueless',
    bug: 'writes tags without their values',
    file: 'src/write/tag.ts',
    find: "    ...(edit.value === undefined || edit.value === '' ? {} : { value: edit.value }),\n",
    replace: '',
    needs: ['op:tag'],
    caughtBy: ['written', 'last-word-of-checkins'],
    plan: 'mix=tag+checkin',
  },
  {
    name: 'ticket-unchanged',
    bug: 'writes fields of a ticket that are what they were',
    file: 'src/write/ticket.ts',
    find: '    return isSaid || isSame ? [] :',
    replace: '    return isSaid ? [] :',
    needs: ['op:ticket'],
    caughtBy: ['written', 'last-word'],
    plan: 'mix=ticket+checkin',
  },
  {
    name: 'branch-without-baseline',
    bug: 'begins a branch off a delta manifest with what that one lists alone',
    file: 'src/write/branch.ts',
    find: '      ...(deck.baseline === undefined ? {} : { baseline: deck.baseline }),\n',
    replace: '',
    needs: ['op:branch', 'op:variant|series'],
    caughtBy: ['written', 'failed'],
    plan: 'mix=branch+variant+series',
  },
  {
    name: 'amendment-colour-digits',
    bug: 'amends a colour of digits alone as it is typed, which no browser shows',
    file: 'src/write/amend.ts',
    find: '  const color = withHash(amendment.color)\n',
    replace: '  const { color } = amendment\n',
    needs: ['op:amendment'],
    caughtBy: ['written', 'last-word-of-checkins'],
    plan: 'mix=amendment+checkin',
  },
  {
    name: 'files-nameless',
    bug: 'gives no hash to a file that changes, so that no such check-in can be written',
    file: 'src/write/file-changes.ts',
    find: `    name,
    ...(hash === undefined ? {} : { hash }),
`,
    replace: '    name,\n    ...(hash !== undefined ? {} : { hash }),\n',
    needs: ['op:checkin'],
    caughtBy: ['written', 'failed'],
  },
  {
    name: 'file-time-ignored',
    bug: 'takes an unversioned file for one of now, whatever time it was given',
    file: 'src/repo/unversioned.ts',
    find: '  const mtimeSec = file.mtimeSec ?? ownMtimeSec(repo, { name, hash })\n',
    replace: '  const mtimeSec = ownMtimeSec(repo, { name, hash })\n',
    needs: ['op:uvWrite'],
    caughtBy: ['written'],
    onlyBy: 'written',
    plan: 'mix=uvWrite+checkin',
  },
]
