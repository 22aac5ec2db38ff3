import type { ReachableTarget } from '@sallyport/api'
import { useState } from 'react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { Menu, MenuItem } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { FLOAT, ITEM, SHEET } from '../../ui/float-look.ts'
import { FocusBack } from '../../ui/focus-back.ts'
import { Mark } from '../../ui/mark.tsx'
import { MenuButton } from '../../ui/menu-button.tsx'
import { toast } from '../../ui/toast-list.ts'
import { ConnectLogin } from './connect-login.tsx'
import { ConnectNotes } from './connect-notes.tsx'
import { type Gateway, sshCommand } from './home-view.ts'
import { InstructionsDialog } from './instructions-dialog.tsx'

interface ConnectMenuProps {
  readonly target: ReachableTarget
  readonly gateway: Gateway
}

/** Ways to a target, and what will happen on each. */
export function ConnectMenu({ target, gateway }: ConnectMenuProps) {
  const [login, setLogin] = useState(target.logins?.names[0]?.login)
  const [helpOpen, setHelpOpen] = useState(false)
  const command = sshCommand(target, gateway, login)
  const copy = () => {
    navigator.clipboard.writeText(command).then(
      () => toast(<>Copied. Paste it into a terminal.</>),
      () => toast('The browser did not let the command be copied', { failed: true }),
    )
  }
  return (
    <>
      <DialogTrigger>
        <MenuButton kind="quiet" size="sm" opens label={`Connect to ${target.name}`}>
          Connect
        </MenuButton>
        <Popover className={`${FLOAT} ${SHEET} w-[21.5rem] overflow-auto p-1`} offset={4} placement="bottom end">
          <Dialog aria-label={`Connect to ${target.name}`} className="outline-none">
            {({ close }) => (
              <>
                <FocusBack />
                <ConnectLogin target={target} login={login} onChange={setLogin} />
                <Menu aria-label="Ways to connect" className="outline-none" onClose={close} autoFocus="first">
                  <MenuItem id="copy" textValue="Copy ssh command" className={ITEM} onAction={copy}>
                    <Mark name="copy" className="mt-0.5 text-ink-2" />
                    <span className="min-w-0">
                      Copy ssh command
                      <small className="mono block text-xs text-ink-3 wrap-anywhere">{command}</small>
                    </span>
                  </MenuItem>
                  <MenuItem id="other" textValue="Other clients" className={ITEM} onAction={() => setHelpOpen(true)}>
                    <Mark name="info" className="mt-0.5 text-ink-2" />
                    <span>
                      Other clients
                      <small className="block text-xs text-ink-3">ssh_config, VS Code, Ansible, rsync, PuTTY</small>
                    </span>
                  </MenuItem>
                </Menu>
                <ConnectNotes target={target} login={login} />
              </>
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
      {helpOpen && (
        <InstructionsDialog target={target} gateway={gateway} login={login} onClose={() => setHelpOpen(false)} />
      )}
    </>
  )
}
