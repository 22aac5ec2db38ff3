import type { ReachableTarget } from '@sallyport/api'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { type Gateway, hopText, sshCommand, sshConfigText } from './home-view.ts'

interface InstructionsDialogProps {
  readonly target: ReachableTarget
  readonly gateway: Gateway
  readonly login: string | undefined
  readonly onClose: () => void
}

/** The same way, said to other programs. */
export function InstructionsDialog({ target, gateway, login, onClose }: InstructionsDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          How to reach <span className="mono">{target.name}</span>
        </>
      }
      lead="Your own key or certificate proves you to the gateway; the target asks for its own proof after that."
      footer={
        <Button onPress={onClose} autoFocus>
          Close
        </Button>
      }
    >
      <section className="grid grid-cols-1 gap-1.5">
        <h3>From a terminal</h3>
        <CodeBlock text={sshCommand(target, gateway, login)} copyLabel="Copy ssh command" />
      </section>
      <section className="grid grid-cols-1 gap-1.5">
        <h3>From everything that reads ~/.ssh/config</h3>
        <p className="text-ink-2">VS Code, Ansible, rsync, scp and git then need the name alone.</p>
        <CodeBlock text={sshConfigText(target, gateway, login)} copyLabel="Copy lines for ssh_config" />
      </section>
      <section className="grid grid-cols-1 gap-1.5">
        <h3>From PuTTY and WinSCP</h3>
        <p className="text-ink-2">
          Connection, Proxy: type <b className="font-label">SSH to proxy and use port forwarding</b>, host{' '}
          <span className="mono">{hopText(gateway)}</span>. Host of the session:{' '}
          <span className="mono">{target.name}</span>.
        </p>
      </section>
    </Dialog>
  )
}
