import { useState } from 'react'
import { AskPage } from '../../frame/ask-page.tsx'
import { Button } from '../../ui/button.tsx'
import { Mono } from '../../ui/mono.tsx'
import { TextField } from '../../ui/text-field.tsx'

/** Letters of a code, without what people put between them. */
const CODE_LETTERS = 8

/** Where the code is typed that the command shows. */
export function CodeEntry({ onCode }: { readonly onCode: (code: string) => void }) {
  const [code, setCode] = useState('')
  const letters = code.replaceAll(/[^a-z0-9]/gi, '').toUpperCase()
  const ready = letters.length === CODE_LETTERS
  return (
    <AskPage
      name="Enter a device code"
      title="Enter the code"
      lead={
        <>
          <Mono>sallyport login</Mono> shows it in the terminal.
        </>
      }
    >
      <form
        className="mt-6 grid max-w-80 gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) onCode(`${letters.slice(0, 4)}-${letters.slice(4)}`)
        }}
      >
        <TextField
          label="Code"
          value={code}
          onChange={setCode}
          mono
          autoComplete="off"
          maxLength={16}
          hint="Eight letters; case and dashes do not count"
          check={(value) =>
            value.replaceAll(/[^a-z0-9]/gi, '').length === CODE_LETTERS ? undefined : 'A code has eight letters'
          }
        />
        <div>
          <Button kind="primary" type="submit" off={!ready}>
            Go on
          </Button>
        </div>
      </form>
    </AskPage>
  )
}
