import type { Accounts } from './accounts.ts'
import { overlap, type Prefix, prefixOf } from './address-pattern.ts'
import { isPlainPattern, matchPattern, matchPatternList } from './pattern-list.ts'
import type { Criterion, MatchBlock } from './sshd-config-file.ts'

/** Whether a condition holds, as far as the files at hand can say. */
export type Truth = 'yes' | 'no' | 'maybe'

/** Who signs in, and from where; what is not known of them is what makes a truth `maybe`. */
export interface Asker {
  /** Account; `undefined` for one that no file names. */
  readonly name: string | undefined
  readonly accounts: Accounts
  /** Where they come from: somewhere within this prefix. `undefined`: from anywhere. */
  readonly from: Prefix | undefined
}

/** Whether a `Match` block applies: every criterion of it and of the blocks around it. */
export function blockTruth(block: MatchBlock, asker: Asker): Truth {
  const own = allOf(block.criteria.map((criterion) => criterionTruth(criterion, asker)))
  return block.outer === undefined || own === 'no' ? own : allOf([own, blockTruth(block.outer, asker)])
}

function criterionTruth({ kind, patterns }: Criterion, asker: Asker): Truth {
  switch (kind) {
    case 'all':
      return 'yes'
    case 'invalid-user':
      return 'no'
    case 'user':
      return userTruth(patterns, asker.name)
    case 'group':
      return groupTruth(patterns, asker)
    case 'address':
      return addressTruth(patterns, asker.from)
    // Of the connection rather than of the person: host name, local address and port, routing domain, client's version.
    default:
      return patterns.every((pattern) => /^\*+$/.test(pattern)) ? 'yes' : 'maybe'
  }
}

export function userTruth(patterns: readonly string[], name: string | undefined): Truth {
  if (name !== undefined) return matchPatternList(patterns, name) === 'matches' ? 'yes' : 'no'
  let found: Truth = 'no'
  let excluded: Truth = 'no'
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    const truth = unnamedTruth(negated ? pattern.slice(1) : pattern)
    if (negated) excluded = anyOf(excluded, truth)
    else found = anyOf(found, truth)
  }
  return allOf([found, opposite(excluded)])
}

/** Of an account that no file names, a plain pattern is not the name. */
function unnamedTruth(pattern: string): Truth {
  if (/^\*+$/.test(pattern)) return 'yes'
  return isPlainPattern(pattern) ? 'no' : 'maybe'
}

/** `Match Group`: one of the groups matches, and none of them is excluded. */
function groupTruth(patterns: readonly string[], { name, accounts }: Asker): Truth {
  if (name === undefined) return 'maybe'
  const matches = accounts.groupsOf(name).map((group) => matchPatternList(patterns, group))
  if (matches.includes('excluded')) return 'no'
  const found = matches.includes('matches')
  if (accounts.isWhole(name)) return found ? 'yes' : 'no'
  return found && !patterns.some((pattern) => pattern.startsWith('!')) ? 'yes' : 'maybe'
}

/** `AllowGroups`, `DenyGroups`: patterns without negation, one each. */
export function groupsTruth(patterns: readonly string[], { name, accounts }: Asker): Truth {
  if (name === undefined) return 'maybe'
  const found = accounts.groupsOf(name).some((group) => patterns.some((pattern) => matchPattern(pattern, group)))
  if (found) return 'yes'
  return accounts.isWhole(name) ? 'no' : 'maybe'
}

export function addressTruth(patterns: readonly string[], from: Prefix | undefined): Truth {
  let found: Truth = 'no'
  let excluded: Truth = 'no'
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    const truth = addressPatternTruth(negated ? pattern.slice(1) : pattern, from)
    if (negated) excluded = anyOf(excluded, truth)
    else found = anyOf(found, truth)
  }
  return allOf([found, opposite(excluded)])
}

function addressPatternTruth(pattern: string, from: Prefix | undefined): Truth {
  if (/^\*+$/.test(pattern)) return 'yes'
  const prefix = prefixOf(pattern)
  if (from === undefined || prefix === undefined) return 'maybe'
  const relation = overlap(prefix, from)
  if (relation === 'apart') return 'no'
  return relation === 'holds' ? 'yes' : 'maybe'
}

export function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no'
  return truths.includes('maybe') ? 'maybe' : 'yes'
}

export function anyOf(a: Truth, b: Truth): Truth {
  if (a === 'yes' || b === 'yes') return 'yes'
  return a === 'maybe' || b === 'maybe' ? 'maybe' : 'no'
}

function opposite(truth: Truth): Truth {
  if (truth === 'maybe') return truth
  return truth === 'yes' ? 'no' : 'yes'
}
