/**
 * Looking back at a repository: names to artifacts, the timeline, what an artifact is, the files of
 * a check-in and their histories, differences, annotations, ancestry.
 * @module
 */

export {
  ancestors,
  descendants,
  leafDescendants,
  leaves,
  primaryLine,
  type AncestorOptions,
  type LeafFilter,
  type WalkOptions,
} from './ancestry.ts'
export {
  annotate,
  type AnnotateOptions,
  type AnnotatedLine,
  type AnnotatedVersion,
  type Annotation,
} from './annotate.ts'
export { branches } from './branch.ts'
export { branchOf, isClosed, isLeaf } from '../crosslink/branch.ts'
export { fileChanges, type ChangeKind, type FileChange } from './changes.ts'
export {
  diffCheckins,
  formatCheckinDiff,
  type CheckinDiffOptions,
  type FileDiff,
  type FileSide,
} from './diff.ts'
export { fileHistory, type FileHistoryEntry, type FileHistoryOptions } from './file-history.ts'
export {
  listFiles,
  readFile,
  type FileContent,
  type FileListOptions,
  type ListedFile,
} from './files.ts'
export { artifactInfo, type ArtifactInfo, type ArtifactRole } from './info.ts'
export { resolveName, type NameOptions } from './name.ts'
export {
  type AttachedFile,
  attachedFiles,
  isDeletedPage,
  technotes,
  type TechnoteVersion,
  wikiPage,
  wikiPages,
  type WikiVersion,
} from './pages.ts'
export { commonAncestor, type PivotQuery } from './pivot.ts'
export { tagNames, taggedArtifacts, type TaggedOptions } from './tagged.ts'
export { artifactTags, type ArtifactTag } from './tags.ts'
export { symbolicTags } from '../crosslink/properties.ts'
export {
  timeline,
  timelineEntry,
  type Mark,
  type TimelineEntry,
  type TimelineOptions,
} from './timeline.ts'
export {
  diffContents,
  formatHunks,
  type ContentDiff,
  type DiffOptions,
  type Hunk,
  type HunkLine,
} from './unified.ts'
export type { NamedArtifact, Rid } from '../repo/rid.ts'
