import { CommandError } from './command-error.ts'

/** Lines of a public key file; comments and empty lines are none. Throws where there is no line, or it is a private key. */
export function keyLines(file: string, text: string): string[] {
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text)) {
    throw new CommandError('usage.file-unreadable', `${file} holds a private key`, {
      why: 'a private key never leaves its owner; it was not sent anywhere',
      fix: `use its public half: ${file === '-' ? 'ssh-keygen -y -f FILE' : `${file}.pub`}`,
    })
  }
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) {
    throw new CommandError('usage.file-unreadable', `${file === '-' ? 'standard input' : file} holds no public key`, {
      fix: 'a line begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa',
    })
  }
  return lines
}
