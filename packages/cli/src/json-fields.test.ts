import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runMain } from '../test/run-main.ts'
import { sayingEverywhere } from '../test/sample-answers.ts'

/** Fields that scripts may rely on. One may be added; to take one away or rename it breaks them. */
const FIELDS = `
status: version,node,pid,state_dir,started_at,phase,listeners.name,listeners.address,listeners.port,users,targets,sessions,passages,policy_version,audit_entries,memory_bytes
reload: changed,restart_needed,policy_version
user ls: id,name,display_name,role,disabled,created_at,keys,sessions
user show a: id,name,display_name,role,disabled,created_at,keys,sessions,public_keys.id,public_keys.user,public_keys.type,public_keys.fingerprint,public_keys.comment,public_keys.added_at,public_keys.last_used_at,public_keys.line,identities.provider,identities.issuer,identities.subject,identities.groups,identities.linked_at,identities.last_used_at
key ls: id,user,type,fingerprint,comment,added_at,last_used_at,line
target ls: id,name,address,port,tags,host_keys,created_at
target show a: id,name,address,port,tags,host_keys,created_at
target edit a -p 1: id,name,address,port,tags,host_keys,created_at
policy show: version,applied_at,applied_by,message,sha256,text
policy history: version,applied_at,applied_by,message,sha256
policy check: ok,diagnostics.severity,diagnostics.code,diagnostics.message,diagnostics.line,diagnostics.column,diagnostics.suggestion,tests,failures.source,failures.destination,failures.expected,failures.got,failures.line,failures.why
policy explain a b: verdict,user,destination,addresses.address,addresses.verdict,addresses.code,addresses.rule,addresses.line,addresses.why,addresses.others,terms.verdict,terms.holds,terms.why,terms.fix,login.name,login.verdict,login.code,login.rule,login.line,login.why,login.others,login.fix,why,fix,door,policy_version
policy who-can a: destination,addresses,users.name,users.rule,users.line,users.source,users.address,users.login,total,of,next,by_rule.rule,by_rule.line,by_rule.source,by_rule.users,from_addresses.name,from_addresses.rule,from_addresses.line,from_addresses.source,from_addresses.address,from_addresses.login,machines.name,machines.rule,machines.line,machines.source,machines.address,machines.login,why,policy_version
policy diff: against,version,same_text,effects.change,effects.kind,effects.who.names,effects.who.more,effects.who.people,effects.opened,effects.where.names,effects.where.more,effects.where.targets,effects.where.examples,effects.partly,more,losers,gainers,other_sections
policy simulate: since,replayed,flipped,already_so,asked,flips.user,flips.host,flips.target,flips.address,flips.port,flips.was,flips.was_rule,flips.was_version,flips.becomes,flips.rule,flips.line,flips.code,flips.proofs,flips.already_so,flips.count,flips.first,flips.last,flips.sequence,more,skipped.user_gone,skipped.user_disabled,skipped.target_gone,skipped.address_unknown,skipped.not_by_policy,skipped.proof_unknown
policy rollback 2: version,applied_at,applied_by,message,sha256,changed,ended_passages,locked_out
cert ls alice: serial,kind,subject,fingerprint,principals,valid_after,valid_before,issued_at,revoked.at,revoked.by,revoked.reason
mfa ls: id,kind,name,last_used_at
token ls: id,name,scopes,created_at,last_used_at,expires_at
ca show: id,kind,state,fingerprint,created_at,retired_at,line,targets_left
idp ls: name,title,issuer,client_id,domains,auto_join,state,detail,identities
user pending: id,provider,issuer,subject,email,display_name,first_asked_at,last_asked_at,denied.at,denied.by
session ls: id,user,door,source,source_port,key,client,started_at,idle_seconds,passages.id,passages.host,passages.target,passages.address,passages.port,passages.opened_at,passages.bytes_in,passages.bytes_out,passages.inner_banner
session kill ses_1: ended
ban ls: id,source,kind,reason,by,created_at,until
audit tail: sequence,time,type,actor,source,session,target,summary,data,hash
audit search: sequence,time,type,actor,source,session,target,summary,data,hash
audit verify: ok,entries,checkpoints,covered,problem.sequence,problem.kind,problem.message,public_key
config show: key,value,default,origin,unit,doc
doctor: id,status,title,detail,fix
`

test('the fields of every --json output are those that scripts rely on, in snake_case', async () => {
  for (const row of FIELDS.trim().split('\n')) {
    const [line = '', fields = ''] = row.split(': ')
    const { stdout } = await runMain([...line.split(' '), '--json'], { client: sayingEverywhere('x') })
    const value: unknown = JSON.parse(line === 'audit tail' ? (stdout.split('\n')[0] ?? '') : stdout)
    const found = fieldsOf(value)
    assert.equal(found, fields, line)
    assert.match(found, /^[a-z0-9_,.]+$/, line)
  }
})

/** `name,passages.id`: every field of a value with its path, of a list those of its rows. */
function fieldsOf(value: unknown, path = ''): string {
  if (Array.isArray(value)) return fieldsOf(value[0], path)
  if (typeof value !== 'object' || value === null) return path
  // A field named x comes from a sample of free form, e.g. an event's data.
  const fields = Object.entries(value).filter(([name]) => name !== 'x')
  if (fields.length === 0) return path
  return fields.map(([name, part]) => fieldsOf(part, `${path}${path === '' ? '' : '.'}${name}`)).join(',')
}
