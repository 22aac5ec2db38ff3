import { compilePolicy } from '../decide/compile.ts'
import { parsePolicy } from '../language/parse-policy.ts'
import { desktopTerms } from './desktop-terms.ts'
import { judgeDesktopTerms, judgeTerms, type TermLimits } from './judge-terms.ts'
import type { SectionKind } from './kinds/section.ts'
import { sshTerms } from './ssh-terms.ts'
import type { TermSchema } from './term-kind.ts'
import { desktopTermsFor, termsFor } from './terms-for.ts'

const DIRECTORY = { users: [{ name: 'alice', role: 'owner' as const, disabled: false }], targets: [] }
const QUERY = { user: { name: 'alice' }, source: '192.0.2.7', destination: { address: '10.0.0.5', port: 22 } }
/** Hours that the clocks of Berlin show twice. */
const NOW = Date.parse('2026-10-25T00:30:00Z')
const FACTS = {
  source: '192.0.2.7',
  factors: [{ kind: 'sk-key-pin' as const, ageMs: 60_000 }],
  postQuantum: true,
  door: { inspect: true, record: true },
}

/** Text of the bytes as values of a capability: what is taken can be combined and judged, and its limits lie ahead. */
export const fuzzTargets = [
  {
    name: 'policy/terms',
    run(input: Uint8Array): void {
      const values = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input)
      const ssh = `"sallyport.dev/cap/ssh":[${values}]`
      const desktop = `"sallyport.dev/cap/desktop":[${values}]`
      for (const app of [ssh, desktop, `${ssh},${desktop}`]) checkTerms(`{${app}}`)
    },
    seeds: [
      '{}',
      '{"mode":"inspected","recording":"required","idleTimeout":"1h30m","postQuantum":true},{"sftp":{"direction":"up","paths":["/srv"]}}',
      '{"hours":[{"days":["fri-mon"],"from":"22:00","to":"06:00","timeZone":"Europe/Berlin"},{"timeZone":"Asia/Kathmandu"}]}',
      '{"factors":[{"oneOf":["sk-key","passkey"],"within":"8h"}],"sources":["192.0.2.0/24","::1-::2"],"sessionLimit":"366d"}',
      '{"forwarding":{"local":["*:22","[fd00::/8]:1-9,80","db.internal:*"],"remote":[]}}',
      '{"forceCommand":"/usr/bin/backup --all"},{"forceCommand":"uptime"}',
      '{"redirect":{"clipboard":"in","drives":"none"},"consent":"Watched.","concurrent":2,"idleTimeout":"1s"}',
    ].map((text) => new TextEncoder().encode(text)),
  },
]

function checkTerms(app: string): void {
  const result = parsePolicy(`{"grants":[{"src":["*"],"dst":["*"],"app":${app}}]}`)
  if (!result.ok) {
    if (result.diagnostics.length === 0) throw new Error('oracle: refused without a reason')
    return
  }
  const compiled = compilePolicy(result.policy, DIRECTORY)
  const ssh = termsFor(compiled, QUERY) ?? {}
  const desktop = desktopTermsFor(compiled, QUERY) ?? {}
  checkMeet(sshTerms, ssh)
  checkMeet(desktopTerms, desktop)
  for (const judged of [judgeTerms(ssh, FACTS, NOW), judgeDesktopTerms(desktop, FACTS, NOW)]) {
    if (judged.ok) checkLimits(judged.obligations)
    else if (judged.failures.length === 0) throw new Error('oracle: failed without a reason')
  }
}

function checkMeet(kind: SectionKind<TermSchema>, terms: Readonly<Record<string, unknown>>): void {
  const text = kind.text(terms)
  if (kind.text(kind.meet(terms, terms)) !== text) throw new Error('oracle: terms met with themselves are others')
}

function checkLimits({ idleMs = 1, sessionMs = 1, endsAt = NOW + 1 }: TermLimits): void {
  if (!(idleMs > 0 && sessionMs > 0 && endsAt > NOW)) throw new Error('oracle: a limit that is over already')
}
