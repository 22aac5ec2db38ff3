import { useNavigate } from '@tanstack/react-router'
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { Input } from 'react-aria-components/Input'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { useSignedIn } from '../api/use-signed-in.ts'
import { ITEM } from '../ui/float-look.ts'
import { KeyCap } from '../ui/key-cap.tsx'
import { Mark } from '../ui/mark.tsx'
import { setPalette } from './palette-state.ts'
import { PLACES } from './places.ts'
import { signOut } from './sign-out.ts'

/** Everything a page can do, by name. What somebody may not do is absent. */
export default function Palette() {
  const { role } = useSignedIn()
  const navigate = useNavigate()
  const { contains } = useFilter({ sensitivity: 'base' })
  const places = PLACES.flatMap((group) => group.places).filter(({ roles }) => roles.includes(role))
  const acts = [{ id: 'sign-out', name: 'Sign out', run: signOut }]
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={setPalette}
      className="fixed inset-0 z-20 flex items-start justify-center bg-scrim p-4 pt-[12vh]"
    >
      <Modal className="w-full max-w-[34rem]">
        <Dialog
          aria-label="Go to or run"
          className="rounded-float border border-rule-2 bg-float shadow-dialog outline-none"
        >
          <Autocomplete filter={contains}>
            <SearchField aria-label="Go to or run" autoFocus>
              <span className="flex items-center gap-2.5 border-b border-rule px-3 py-2.5 text-ink-3">
                <Mark name="search" />
                <Input className="min-w-0 flex-1 bg-transparent text-md text-ink outline-none! [&::-webkit-search-cancel-button]:hidden" />
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
                  setPalette(false)
                  const act = acts.find((each) => each.id === id)
                  if (act === undefined) void navigate({ to: String(id) })
                  else act.run()
                }}
              >
                <ListBoxSection>
                  <Header className="px-2 pt-1.5 pb-0.5 text-xs text-ink-3">Go to</Header>
                  {places.map(({ name, path }) => (
                    <ListBoxItem key={path} id={path} textValue={name} className={ITEM}>
                      <Mark name="chev-right" className="mt-0.5 text-ink-2" />
                      <span>{name}</span>
                    </ListBoxItem>
                  ))}
                </ListBoxSection>
                <ListBoxSection>
                  <Header className="px-2 pt-1.5 pb-0.5 text-xs text-ink-3">Do</Header>
                  {acts.map(({ id, name }) => (
                    <ListBoxItem key={id} id={id} textValue={name} className={ITEM}>
                      <Mark name="end" className="mt-0.5 text-ink-2" />
                      <span>{name}</span>
                    </ListBoxItem>
                  ))}
                </ListBoxSection>
              </ListBox>
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
