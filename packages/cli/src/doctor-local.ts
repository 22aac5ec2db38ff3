import { existsSync, statSync } from 'node:fs'
import type { DoctorCheck } from '@sallyport/api'

/** What can be checked without the daemon: the Node under us, the state directory, the agent of whoever runs this. */
export function localChecks(
  stateDirectory: string,
  environment: Readonly<Record<string, string | undefined>>,
): DoctorCheck[] {
  return [node(), state(stateDirectory), agent(environment['SSH_AUTH_SOCK'])]
}

const NEEDED_MAJOR = 26

function node(): DoctorCheck {
  const major = Number(process.versions.node.split('.')[0])
  return {
    id: 'node-version',
    status: major >= NEEDED_MAJOR ? 'ok' : 'fail',
    title: 'Node is new enough',
    detail: process.versions.node,
    fix: 'run npm ci: it brings the Node this version is tested on',
  }
}

function state(directory: string): DoctorCheck {
  const check = { id: 'state-directory', title: 'the state directory is private' }
  if (!existsSync(directory)) {
    return {
      ...check,
      status: 'fail',
      detail: `${directory} is not there`,
      fix: 'start the gateway once with: sallyport up',
    }
  }
  const { mode } = statSync(directory)
  const open = (mode & 0o077) !== 0
  return {
    ...check,
    status: open ? 'fail' : 'ok',
    detail: `${directory} has mode ${(mode & 0o777).toString(8)}`,
    fix: open ? `chmod 700 ${directory}` : null,
  }
}

function agent(socket: string | undefined): DoctorCheck {
  const check = { id: 'ssh-agent', title: 'an ssh-agent is at hand' }
  if (socket === undefined || socket === '') {
    return {
      ...check,
      status: 'skipped',
      detail: 'SSH_AUTH_SOCK is not set',
      fix: 'only needed by whoever signs in from here: eval "$(ssh-agent)" && ssh-add',
    }
  }
  const there = existsSync(socket)
  return {
    ...check,
    status: there ? 'ok' : 'warn',
    detail: socket,
    fix: there ? null : 'SSH_AUTH_SOCK names a socket that is gone: start a new agent',
  }
}
