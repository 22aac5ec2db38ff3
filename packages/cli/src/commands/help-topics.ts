import type { Command } from 'commander'

const TOPICS: Readonly<Record<string, string>> = {
  'exit-codes': `What the exit status says:
  0    done
  1    failed
  2    wrong command line or configuration
  3    a check ran and found problems (policy check and test, doctor, audit verify)
  4    sign-in needed
  5    denied by policy
  6    not found
  7    the gateway is unreachable
  8    still pending
  130  interrupted
`,
  environment: `Environment variables:
  SALLYPORT_STATE          state directory, as --state
  SALLYPORT_SECTION_KEY    any setting of sallyport.toml for \`up\`, e.g. SALLYPORT_SSH_LOGIN_GRACE=60s
  NO_COLOR, FORCE_COLOR    no colours, or colours also where the output is no terminal
`,
  formatting: `Output:
  Data goes to standard output, everything else to standard error.
  --json            prints every field; times are RFC 3339 in UTC, keys do not change
  --json=id,name    prints these fields
  audit tail and audit export print one JSON value a line.
`,
  ssh: `Through the gateway with stock clients:
  ssh -J GATEWAY:2222 you@target             jump; the inner connection stays end to end
  ssh -J gw1,gw2 you@target                  through two
  ssh -W target:22 GATEWAY -p 2222           standard input and output to a target
  ssh -L 5432:db1:5432 -N GATEWAY -p 2222    forward a port
  scp -J GATEWAY:2222 file you@target:       copy
The user name for the gateway may be left out: your key says who you are.
`,
}

/** `sallyport help TOPIC` for what is no command. */
export function helpTopics(program: Command): void {
  program.addHelpText(
    'after',
    `\nHelp topics: ${Object.keys(TOPICS)
      .map((topic) => `sallyport help ${topic}`)
      .join(', ')}`,
  )
  program.helpCommand(false)
  program
    .command('help [words...]', { hidden: true })
    .description('help on a command or topic')
    .action((words: string[]) => {
      const topic = TOPICS[words[0] ?? '']
      if (topic !== undefined) {
        program.configureOutput().writeOut?.(topic)
        return
      }
      let command = program
      for (const word of words) {
        const child = command.commands.find((candidate) => candidate.name() === word)
        if (child === undefined) program.error(`no command or topic “${words.join(' ')}”`)
        else command = child
      }
      command.outputHelp()
    })
}
