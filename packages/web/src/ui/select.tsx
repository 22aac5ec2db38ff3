import { Button } from 'react-aria-components/Button'
import { Label } from 'react-aria-components/Label'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select'
import { cx } from './cx.ts'
import { FIELD, LABEL } from './field-look.ts'
import { FieldNotes } from './field-notes.tsx'
import { FLOAT, ITEM, SHEET } from './float-look.ts'
import { FocusBack } from './focus-back.ts'
import { Mark } from './mark.tsx'

export interface SelectOption<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly detail?: string
}

interface SelectProps<Id extends string> {
  readonly label: string
  readonly options: readonly SelectOption<Id>[]
  readonly value: Id
  readonly onChange: (id: Id) => void
  readonly hint?: string
  /** `chip`: in a tool row, "role: any", its label inside. */
  readonly look?: 'field' | 'chip'
}

const FIELD_BUTTON =
  'flex h-control w-full items-center justify-between gap-2 rounded-control border border-edge bg-surface px-2.5 text-left text-sm data-hovered:bg-hover'
/** Its label is drawn, not written: its name says the value first, and a name has to hold the text that is seen. */
const CHIP_BUTTON =
  'before:content-[attr(data-label)] inline-flex h-control-sm items-center gap-1 rounded-control border border-rule-2 bg-surface px-2 text-xs whitespace-nowrap text-ink-2 data-hovered:bg-hover data-hovered:border-edge'

/** One of some, in a list that opens. */
export function Select<Id extends string>(props: SelectProps<Id>) {
  const { label, options, value, onChange, hint, look = 'field' } = props
  const chip = look === 'chip'
  return (
    <AriaSelect
      className={chip ? '' : FIELD}
      value={value}
      onChange={(id) => onChange(id as Id)}
      {...(chip ? { 'aria-label': label } : {})}
    >
      {!chip && <Label className={LABEL}>{label}</Label>}
      <Button className={chip ? CHIP_BUTTON : FIELD_BUTTON} {...(chip ? { 'data-label': `${label}:` } : {})}>
        <SelectValue className="cut">{({ selectedText }) => selectedText}</SelectValue>
        <Mark name="chev" size="sm" />
      </Button>
      <FieldNotes hint={hint} />
      <Popover className={cx(FLOAT, SHEET, 'min-w-(--trigger-width) overflow-auto p-1')} offset={4}>
        <FocusBack />
        <ListBox className="outline-none">
          {options.map(({ id, label: text, detail }) => (
            <ListBoxItem key={id} id={id} textValue={text} className={ITEM}>
              {({ isSelected }) => (
                <>
                  <Mark name="tick" size="sm" className={cx('mt-0.5', !isSelected && 'invisible')} />
                  <span>
                    {text}
                    {detail !== undefined && <small className="block text-xs text-ink-3">{detail}</small>}
                  </span>
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
