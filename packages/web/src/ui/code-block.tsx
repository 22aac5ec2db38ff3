import { CopyButton } from './copy-button.tsx'
import { cx } from './cx.ts'

interface CodeBlockProps {
  /** What is shown and copied: commands without a prompt. */
  readonly text: string
  /** "Copy ssh command" */
  readonly copyLabel: string
}

/** Text for a shell or a file, with a button that copies it. */
export function CodeBlock({ text, copyLabel }: CodeBlockProps) {
  const many = text.trimEnd().includes('\n')
  return (
    <span
      className={cx(
        'flex gap-1 rounded-control border border-rule bg-sunk py-[3px] pr-[3px] pl-2.5',
        many ? 'items-start' : 'items-center',
      )}
    >
      <code
        tabIndex={0}
        className={cx(
          'min-w-0 flex-1 text-xs leading-5',
          // One line is read whole, however long: an address, a token, a command.
          many ? 'overflow-x-auto whitespace-pre py-0.5 [scrollbar-width:none]' : 'whitespace-pre-wrap wrap-anywhere',
        )}
      >
        {text}
      </code>
      <CopyButton text={text} label={copyLabel} />
    </span>
  )
}
