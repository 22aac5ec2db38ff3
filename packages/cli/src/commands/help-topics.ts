import type { Command } from 'commander'
import { describedCommand } from '../described-command.ts'
import { findCommand } from '../find-command.ts'
import { type JsonFields, renderJson } from '../output/json.ts'

export const TOPICS: Readonly<Record<string, string>> = {
  'exit-codes': `What the exit status says:
  0    done
  1    failed
  2    wrong command line or configuration
  3    a check ran and found problems (policy check, test and apply, doctor, audit verify)
  4    sign-in needed
  5    denied by policy (policy explain), or not allowed to ask
  6    not found
  7    the gateway is unreachable, or cannot prove that it is itself
  130  interrupted
`,
  environment: `Environment variables:
  SALLYPORT_SERVER         the gateway to speak to over HTTPS, as --server
  SALLYPORT_TOKEN          token for it, instead of the session of \`sallyport login\`
  SALLYPORT_FINGERPRINT    SHA-256 of the certificate it must show, as --fingerprint
  SALLYPORT_STATE          state directory of this machine's gateway, as --state; SALLYPORT_SERVER comes first
  HTTPS_PROXY, NO_PROXY    the HTTP proxy on the way to it, and the hosts that need none
  SSH_AUTH_SOCK            the ssh-agent that gets the key
  BROWSER                  what opens the page to sign in
  SALLYPORT_SECTION_KEY    any setting of sallyport.toml for \`up\`, e.g. SALLYPORT_SSH_LOGIN_GRACE=60s
  XDG_CONFIG_HOME          where \`sallyport/profiles.json\` and the sessions are; ~/.config unless set
  NO_COLOR, FORCE_COLOR    no colours, or colours also where the output is no terminal
  COLUMNS                  how wide lists may be on a terminal
A variable that begins with SALLYPORT_ and that nothing reads is warned of on standard error.
`,
  formatting: `Output:
  Data goes to standard output, everything else to standard error.
  --json            prints every field; times are RFC 3339 in UTC, keys do not change
  --json=id,name    prints these fields
  audit tail prints one JSON value a line with --json; audit export always does.
  help --json tells of every command. --help and --version are for people: they print text.
  Errors are one line of JSON on standard error then: {"error":{"code","name","message","why","fix","request_id"}}.
  Control characters in what others wrote are printed as \\u001b and the like.
`,
  ssh: `Through the gateway with stock clients:
  ssh -J GATEWAY:2222 you@target             jump; the inner connection stays end to end
  ssh -J gw1:2222,gw2:2222 you@target        through two
  ssh -W target:22 GATEWAY -p 2222           standard input and output to a target
  ssh -L 5432:db1:5432 -N GATEWAY -p 2222    forward a port
  scp -J GATEWAY:2222 file you@target:       copy
The user name for the gateway may be left out: your key says who you are.
\`sallyport login\` puts a certificate that lasts a working day into the ssh-agent, in place of keys of your own.
\`sallyport ssh-config --write\`, once, makes plain \`ssh target\` go through, and renews the certificate as it ends.
`,
}

/** `sallyport help TOPIC` for what is no command. */
export function helpTopics(program: Command): void {
  program.addHelpText(
    'after',
    `\nHelp topics (sallyport help TOPIC): ${Object.keys(TOPICS).join(', ')}\nExamples of a command: sallyport COMMAND --help`,
  )
  program.helpCommand(false)
  program
    .command('help [words...]', { hidden: true })
    .description('help on a command or topic')
    .action((words: string[], _own: object, help: Command) => {
      const print = (text: string) => program.configureOutput().writeOut?.(text)
      const { json } = help.optsWithGlobals<{ json?: JsonFields | true }>()
      const fields = json === true ? 'all' : json
      const [first = ''] = words
      if (Object.hasOwn(TOPICS, first) && words.length === 1) {
        const text = TOPICS[first] ?? ''
        print(fields === undefined ? text : renderJson({ topic: first, text }, fields))
        return
      }
      const { command, argumentsGiven } = findCommand(program, words)
      if (argumentsGiven > 0) program.error(`error: there is no command and no topic “${words.join(' ')}”`)
      if (fields === undefined) command.outputHelp()
      else print(renderJson(describedCommand(command), fields))
    })
}
