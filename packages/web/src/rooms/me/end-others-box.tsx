import { CheckBox } from '../../ui/check-box.tsx'

interface EndOthersBoxProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

/** Whether everything else of somebody's is signed out with a proof that is taken away. */
export function EndOthersBox({ checked, onChange }: EndOthersBoxProps) {
  return (
    <CheckBox checked={checked} onChange={onChange} hint="Untick it only if nobody else could have had it.">
      Sign out my other browsers and commands
    </CheckBox>
  )
}
