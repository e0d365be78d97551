/**
 * Looking back at a repository: names to artifacts, the timeline, what an artifact is, the files of
 * a check-in and their histories, differences, annotations, ancestry, pages, tickets and tags.
 * @module trilobite/history
 */

export { latestCheckin, mainBranch } from '../crosslink/branch.ts'
export { annotate } from './annotate.ts'
export { branches } from './branch.ts'
export { ancestors, branchOf, descendants, leaves } from './by-hash.ts'
export { diffCheckins, formatCheckinDiff, type FileDiff } from './diff.ts'
export type { EventKind } from './event-kind.ts'
export { fileHistory, fileNames } from './file-history.ts'
export { listFiles, readFile } from './files.ts'
export { forumPosts, forumThreads } from './forum.ts'
export { artifactInfo, type ArtifactInfo } from './info.ts'
export { nameOfContent, resolveName } from './name.ts'
export { attachedFiles, technotes, wikiPage, wikiPages } from './pages.ts'
export { statistics } from './statistics.ts'
export { tagNames, taggedArtifacts } from './tagged.ts'
export { ticketChanges, tickets } from './tickets.ts'
export { timeline, timelineEntry, type TimelineEntry, type TimelineOptions } from './timeline.ts'
