/**
 * Looking back at a repository: names to artifacts, the timeline, what an artifact is, the files of
 * a check-in and their histories, differences, annotations, ancestry, pages, tickets and tags.
 * @module
 */

export { mainBranch } from '../crosslink/branch.ts'
export type { FilePermission } from '../deck/file-name.ts'
export type { AncestorOptions } from './ancestry.ts'
export { annotate, type AnnotateOptions, type Annotation } from './annotate.ts'
export { branches } from './branch.ts'
export {
  ancestors,
  artifactTags,
  branchOf,
  changedFiles,
  commonAncestor,
  descendants,
  leafDescendants,
  leaves,
  primaryParent,
} from './by-hash.ts'
export type { ChangedFile } from './changes.ts'
export { diffCheckins, formatCheckinDiff, type CheckinDiffOptions, type FileDiff } from './diff.ts'
export { type EventKind, eventKinds, kindOfEvent } from './event-kind.ts'
export {
  fileHistory,
  fileNames,
  type FileHistoryEntry,
  type FileHistoryOptions,
} from './file-history.ts'
export { checkinFiles, listFiles, readFile, type CheckinFile, type ListedFile } from './files.ts'
export { artifactInfo, type ArtifactInfo, type ArtifactRole } from './info.ts'
export { latestCheckin, nameOfContent, resolveName, type NameOptions } from './name.ts'
export { attachedFiles, technotes, wikiPage, wikiPages } from './pages.ts'
export type { AttachedFile, TechnoteVersion, WikiVersion } from './pages.ts'
export { statistics } from './statistics.ts'
export { tagNames, taggedArtifacts } from './tagged.ts'
export type { ArtifactTag } from './tags.ts'
export { ticketChanges, tickets, type Ticket, type TicketChange } from './tickets.ts'
export { timeline, timelineEntry, type TimelineEntry, type TimelineOptions } from './timeline.ts'
