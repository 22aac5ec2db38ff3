import type { ReachableTarget } from '@sallyport/api'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { Input } from 'react-aria-components/Input'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { useCall } from '../api/use-call.ts'
import { useSignedIn } from '../api/use-signed-in.ts'
import { type Gateway, sshCommand } from '../rooms/home/home-view.ts'
import { ITEM } from '../ui/float-look.ts'
import { KeyCap } from '../ui/key-cap.tsx'
import { Mark } from '../ui/mark.tsx'
import { toast } from '../ui/toast-list.ts'
import { closeOverlay, openKeys } from './overlay.ts'
import { type PaletteLine, paletteGroups } from './palette-lines.ts'
import { signOut } from './sign-out.ts'
import { useWaitingLogins } from './use-waiting-logins.ts'

/** A target, and as whom. */
export interface WayTo {
  readonly target: ReachableTarget
  readonly gateway: Gateway
  readonly login: string | undefined
}

interface PaletteProps {
  /** Shows how other programs go there. */
  readonly onInstructions: (way: WayTo) => void
}

/** As many as one answer holds; who has more finds them on Home. */
const TARGETS_MAX = 1000

/** Everything a page can do, by name. What somebody may not do is absent. */
export default function Palette({ onInstructions }: PaletteProps) {
  const { role } = useSignedIn()
  const navigate = useNavigate()
  const { contains } = useFilter({ sensitivity: 'base' })
  const [typed, setTyped] = useState('')
  const reach = useCall('me.targets', { limit: TARGETS_MAX })
  const waiting = useWaitingLogins()
  const gateway = reach.data?.gateway ?? { host: '', port: 0 }
  const wayTo = (target: ReachableTarget): WayTo => ({ target, gateway, login: target.logins?.names[0]?.login })
  const command = (target: ReachableTarget) => sshCommand(target, gateway, wayTo(target).login)
  const words = typed.split(/\s+/).filter((word) => word !== '')
  const fits = (name: string) => words.every((word) => contains(name, word))
  const facts = { role, targets: reach.data?.targets ?? [], waiting, command }
  const groups = paletteGroups(facts, fits, words.length > 0)
  const run = (line: PaletteLine) => {
    closeOverlay()
    if (line.kind === 'go') void navigate({ to: line.to })
    else if (line.kind === 'keys') openKeys()
    else if (line.kind === 'sign-out') signOut()
    else if (line.kind === 'instructions') onInstructions(wayTo(line.target))
    else {
      const way = wayTo(line.target)
      const act = { label: 'Other clients', run: () => onInstructions(way) }
      navigator.clipboard.writeText(command(line.target)).then(
        () => toast(<>Copied. Paste it into a terminal.</>, { act }),
        () => toast('The browser did not let the command be copied', { failed: true, act }),
      )
    }
  }
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={closeOverlay}
      className="fixed inset-0 z-20 flex items-start justify-center bg-scrim p-4 pt-[12vh]"
    >
      <Modal className="w-full max-w-[34rem]">
        <Dialog
          aria-label="Go to or run"
          className="rounded-float border border-rule-2 bg-float shadow-dialog outline-none"
        >
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField aria-label="Go to or run" autoFocus>
              <span className="flex items-center gap-2.5 border-b border-rule px-3 py-2.5 text-ink-3">
                <Mark name="search" />
                <Input
                  placeholder="A page, a target, something to do"
                  className="min-w-0 flex-1 bg-transparent text-md text-ink outline-none! [&::-webkit-search-cancel-button]:hidden"
                />
                <KeyCap>esc</KeyCap>
              </span>
            </SearchField>
            {/* What scrolls must be reachable by keys. */}
            <div tabIndex={0} className="max-h-[50vh] overflow-y-auto">
              <ListBox
                aria-label="Results"
                className="p-1 outline-none!"
                renderEmptyState={() => <p className="px-2 py-3 text-ink-3">Nothing is called that.</p>}
                onAction={(id) => {
                  const line = groups.flatMap(({ lines }) => lines).find((each) => each.id === id)
                  if (line !== undefined) run(line)
                }}
              >
                {groups.map(({ name, lines }) => (
                  <ListBoxSection key={name} id={name}>
                    <Header className="px-2 pt-1.5 pb-0.5 text-xs text-ink-3">{name}</Header>
                    {lines.map((line) => (
                      <ListBoxItem key={line.id} id={line.id} textValue={line.name} className={ITEM}>
                        <Mark name={line.mark} className="mt-0.5 text-ink-2" />
                        <span className="min-w-0">
                          {line.name}
                          {line.detail !== undefined && (
                            <small
                              className={`block text-xs text-ink-3 wrap-anywhere ${line.kind === 'instructions' ? '' : 'mono'}`}
                            >
                              {line.detail}
                            </small>
                          )}
                        </span>
                        {line.keyCap !== undefined && <KeyCap>{line.keyCap}</KeyCap>}
                      </ListBoxItem>
                    ))}
                  </ListBoxSection>
                ))}
              </ListBox>
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
