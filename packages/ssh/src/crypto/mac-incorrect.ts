import { SshError } from '../errors.ts'

/** The one error of every opener: that a packet does not verify is all there is to say. */
export function macIncorrect(): SshError {
  return new SshError('mac-incorrect', 'a packet failed its integrity check')
}
