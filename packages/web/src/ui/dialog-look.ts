/** How a dialog is drawn, in a narrow window as a sheet at the bottom edge; the page of parts draws one without opening it. */
export const DIALOG = {
  overlay:
    'fixed inset-0 z-20 grid place-items-center overflow-y-auto bg-scrim p-4 transition-opacity duration-(--calm) ease-ours data-entering:opacity-0 data-exiting:opacity-0 max-wide:place-items-end max-wide:p-0',
  modal: 'w-full max-w-[30rem] max-wide:max-w-none',
  box: 'grid w-full grid-cols-1 max-w-[30rem] rounded-float border border-rule-2 bg-float shadow-dialog outline-none max-wide:max-w-none max-wide:rounded-b-none max-wide:border-x-0 max-wide:border-b-0 max-wide:pb-[env(safe-area-inset-bottom)]',
  header: 'grid grid-cols-1 gap-1 wrap-anywhere px-5 pt-[18px]',
  body: 'grid grid-cols-1 gap-3.5 px-5 pt-3.5',
  footer:
    'mt-[18px] flex flex-wrap justify-end gap-2 border-t border-rule px-5 py-3 max-wide:sticky max-wide:bottom-0 max-wide:bg-float max-wide:[&>*]:flex-1',
} as const
