/**
 * Looking back at a repository: names to artifacts, the timeline, what an artifact is, the files of
 * a check-in and their histories, differences, annotations, ancestry, pages, tickets and tags.
 * @module trilobite/history
 */

export { latestCheckin } from '../crosslink/branch.ts'
export { annotate } from './annotate.ts'
export { branches } from './branch.ts'
export { ancestors, branchOf, descendants, leaves } from './by-hash.ts'
export { diffCheckins, formatCheckinDiff, type FileDiff } from './diff.ts'
export type { EventKind } from './event-kind.ts'
export { fileHistory, fileNames } from './file-history.ts'
export { readFile } from './files.ts'
export { forumPosts, forumThreads } from './forum.ts'
export { artifactInfo, type ArtifactInfo } from './info.ts'
export { resolveName } from './name.ts'
export { attachedFiles, technotes, wikiPage, wikiPages } from './pages.ts'
export { statistics } from './statistics.ts'
export { tagNames } from './tagged.ts'
export { ticketChanges, tickets } from './tickets.ts'
export { timeline, type TimelineEntry, type TimelineOptions } from './timeline.ts'
