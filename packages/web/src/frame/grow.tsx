/** Pushes what follows in a tool row to the right. */
export function Grow() {
  return <span className="hidden flex-1 wide:block" />
}
