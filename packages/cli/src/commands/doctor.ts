import type { DoctorCheck } from '@sallyport/api'
import type { Command } from 'commander'
import { localChecks } from '../doctor-local.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-codes.ts'
import { checkLines } from '../output/check-lines.ts'
import type { Runner } from '../program.ts'

/** `sallyport doctor`: what is wrong, each with its fix. */
export function doctorCommand(program: Command, run: Runner): void {
  const command = program
    .command('doctor')
    .description('look for what is wrong, and say how to mend it')
    .action(
      run(async (context) => {
        const { ApiError } = await import('@sallyport/api')
        const local = localChecks(context.stateDirectory, context.terminal.environment)
        const theirs = await context.daemon
          .call('daemon.doctor', {}, { signal: context.signal })
          .then(({ checks }) => checks)
          .catch((error: unknown): DoctorCheck[] => {
            if (!(error instanceof ApiError)) throw error
            const { why, message, fix, reason } = error
            const title = 'the gateway answers'
            if (reason === 'caller.not-allowed')
              return [
                {
                  id: 'gateway-answers',
                  status: 'ok',
                  title,
                  detail: `its own checks are not yours: ${why ?? message}`,
                  fix: null,
                },
              ]
            return [{ id: 'gateway-answers', status: 'fail', title, detail: why ?? message, fix: fix ?? null }]
          })
        // The daemon looks at every file of the state, this side only at the directory; another machine's is not here.
        const covered = context.remote !== undefined || theirs.some(({ id }) => id === 'permissions')
        const checks = [...local.filter(({ id }) => !(covered && id === 'state-directory')), ...theirs]
        context.print(checks, () => checkLines(checks, context.terminal.stdout))
        return checks.some(({ status }) => status === 'fail') ? EXIT.problemsFound : EXIT.ok
      }),
    )
  examples(command, 'sallyport doctor', 'sallyport doctor --json=id,status,fix')
}
