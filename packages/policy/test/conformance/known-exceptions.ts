export interface KnownException {
  readonly id: string
  /** Name of the suite, as `testCaptures` has it. */
  readonly area: string
  readonly reason: string
}

/** More than these would say that the engine is wrong, not the capture. */
export const KNOWN_EXCEPTIONS_MAX = 20

/** Captures that we answer otherwise, on purpose. */
export const KNOWN_EXCEPTIONS: readonly KnownException[] = [
  {
    id: 'acl-k03',
    area: 'route approval',
    reason: 'contradicts itself: a route was approved while it was taken, and half of the machines had heard of it',
  },
  {
    id: 'acl-k03',
    area: 'peers',
    reason: 'contradicts itself: a route was approved while it was taken, and half of the machines had heard of it',
  },
  {
    id: 'policytest-allpass-grants-only-tag-src-ipv6-literal-dst',
    area: 'peers',
    reason: 'its machines were renumbered after the capture, and one now has the address that was meant to be nobody',
  },
  {
    id: 'nodeattrs-interaction-h3-policy-uses-everything',
    area: 'packet filters',
    reason: 'its machines were renumbered after the capture: the order of SrcIPs is that of their former addresses',
  },
  {
    id: 'policytest-allpass-grants-only-tag-src-ipv6-literal-dst',
    area: 'packet filters',
    reason: 'its machines were renumbered after the capture, and one now has the address that was meant to be nobody',
  },
  {
    id: 'nodeattrs-error-e3-autogroup-self',
    area: 'refusals',
    reason: 'refused there with an internal server error (500), here with the reason',
  },
  {
    id: 'ssh-e1',
    area: 'refusals',
    reason: 'the domain in the message is not the one of the policy: it was renamed in the one, not in the other',
  },
  {
    id: 'sshtest-malformed-dst-bare-ipv6',
    area: 'tests',
    reason:
      'its machines were renumbered after the capture, and one now has the address that was nobody when it was asked',
  },
]
