import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { DIALOG } from './dialog-look.ts'
import { FocusBack } from './focus-back.ts'

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** Names the object: "End Tomas Lindqvist’s session on db-1?" */
  readonly title: ReactNode
  /** One line on the effect. */
  readonly lead?: ReactNode
  readonly children?: ReactNode
  /** Buttons, the harmless one first. */
  readonly footer: ReactNode
  /** Closing it by a click beside it would lose something. */
  readonly firm?: boolean
}

/** Asks or shows something above the page; the focus returns to where it was. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, lead, children, footer, firm } = props
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
      isDismissable={firm !== true}
      isKeyboardDismissDisabled={firm === true}
      className={DIALOG.overlay}
    >
      <Modal className={DIALOG.modal}>
        <AriaDialog className={DIALOG.box} role={firm === true ? 'alertdialog' : 'dialog'}>
          <FocusBack />
          <header className={DIALOG.header}>
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            {lead !== undefined && <div className="text-ink-2">{lead}</div>}
          </header>
          {children !== undefined && <div className={DIALOG.body}>{children}</div>}
          <footer className={DIALOG.footer}>{footer}</footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
