import type { ExplainInput } from '@sallyport/api'
import { FACTOR_KINDS } from '@sallyport/model'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { examples } from '../../examples.ts'
import { EXIT } from '../../exit-codes.ts'
import { repeatable } from '../../option-values.ts'
import { renderExplanation } from '../../output/policy-text.ts'
import { parseDestination } from '../../parse-destination.ts'
import { parseMoment } from '../../parse-moment.ts'
import { parseSpan } from '../../parse-span.ts'
import type { Runner } from '../../program.ts'
import { readText } from '../../read-text.ts'

interface ExplainFlags {
  readonly file?: string
  readonly from?: string
  readonly at?: string
  readonly factor?: readonly string[]
  readonly attr?: readonly string[]
}

/** `policy explain`. */
export function policyExplainCommand(policy: Command, run: Runner): void {
  const explain = policy
    .command('explain <user> <destination...>')
    .usage('[options] <user> [ssh] [login@]<host>[:<port>] [port]')
    .description('say what the policy decides, which line decided, and what would change it')
    .option('--from <address>', 'the IP address they come from')
    .addOption(
      new Option(
        '--at <time>',
        'when they come: 2026-01-31T12:00:00Z, or a span back such as 2h; now, unless told',
      ).argParser((text: string) => parseMoment(text)),
    )
    .addOption(
      repeatable(
        '--factor <factor>',
        `what they proved, and when: ${FACTOR_KINDS.join(', ')}; passkey:2h is two hours ago`,
      ),
    )
    .addOption(repeatable('--attr <name=value>', 'what is known of their device, for postures: node:os=linux'))
    .option('--file <file>', 'ask this file instead of the policy in force')
    .action(
      run(async (context, command) => {
        const [user = '', ...destination] = command.args
        const { file, from, at, factor = [], attr = [] } = command.opts<ExplainFlags>()
        const factors = factor.map(factorOf)
        const attributes = Object.fromEntries(attr.map(attributeOf))
        const explained = await context.verbatimDaemon.call(
          'policy.explain',
          {
            user,
            ...parseDestination(destination),
            ...(from === undefined ? {} : { from }),
            ...(at === undefined ? {} : { at }),
            ...(factors.length === 0 ? {} : { factors }),
            ...(attr.length === 0 ? {} : { attributes }),
            ...(file === undefined ? {} : { text: await readText(file, context.terminal) }),
          },
          { signal: context.signal },
        )
        context.print(explained, () => renderExplanation(explained, file))
        return explained.verdict === 'allow' ? EXIT.ok : EXIT.denied
      }),
    )
  examples(
    explain,
    'sallyport policy explain alice db1',
    'sallyport policy explain alice ssh root@db1 --from 192.0.2.7 --at 2026-01-31T22:41:00Z --factor passkey:2h',
    'sallyport policy explain alice@example.com 10.0.0.7 5432 --file policy.hujson --attr node:os=linux',
  )
}

/** `passkey`, proved just now, or `passkey:2h`. */
function factorOf(text: string): NonNullable<ExplainInput['factors']>[number] {
  const [name = '', age, ...more] = text.split(':')
  const kind = FACTOR_KINDS.find((each) => each === name)
  if (kind === undefined || more.length > 0)
    throw new InvalidArgumentError(`“${text}” is none of ${FACTOR_KINDS.join(', ')}.`)
  return { kind, age_seconds: age === undefined ? 0 : parseSpan(age) }
}

/** `custom:tier=3` is a number, `true` and `false` are what they say, all else is text, as in quotes. */
function attributeOf(text: string): readonly [string, string | number | boolean] {
  const equals = text.indexOf('=')
  if (equals <= 0) throw new InvalidArgumentError('Write NAME=VALUE, such as node:os=linux.')
  const value = text.slice(equals + 1)
  const name = text.slice(0, equals)
  if (value === 'true' || value === 'false') return [name, value === 'true']
  if (/^-?\d{1,15}$/.test(value)) return [name, Number(value)]
  return [name, /^(['"]).*\1$/s.test(value) ? value.slice(1, -1) : value]
}
