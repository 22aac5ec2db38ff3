import { useRef } from 'react'
import { Button, type ButtonProps } from './button.tsx'

interface FileButtonProps extends Pick<ButtonProps, 'kind' | 'size' | 'mark' | 'children'> {
  /** What the browser offers first: ".pub". */
  readonly types: string
  readonly onFile: (file: File) => void
}

/** Lets somebody choose a file of their machine; its contents stay there until they are sent. */
export function FileButton({ types, onFile, ...look }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button {...look} onPress={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        accept={types}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          // The same file may be chosen again.
          currentTarget.value = ''
          if (file !== undefined) onFile(file)
        }}
      />
    </>
  )
}
