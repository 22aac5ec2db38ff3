import { parsePublicKey } from '@sallyport/ssh/keys'
import { CommandError } from './command-error.ts'

/** `type base64` of each key of a file: one of host keys (`….pub`), or what ssh-keyscan prints. */
export function hostKeyLines(file: string, text: string): string[] {
  const lines: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '' || words[0]?.startsWith('#') === true) continue
    // ssh-keyscan puts the host in front.
    const [type, blob] = /^(ssh|ecdsa|sk)-/.test(words[0] ?? '') ? words : words.slice(1)
    const key = `${type ?? ''} ${blob ?? ''}`
    try {
      parsePublicKey(key)
    } catch (cause) {
      throw new CommandError('usage.file-unreadable', `${file}:${index + 1}: this is no host key`, {
        why: (cause as Error).message,
        fix: 'take it from: ssh-keyscan HOST, or /etc/ssh/ssh_host_ed25519_key.pub on the target',
        cause,
      })
    }
    if (!lines.includes(key)) lines.push(key)
  }
  if (lines.length === 0) throw new CommandError('usage.file-unreadable', `${file} holds no host key`)
  return lines
}
