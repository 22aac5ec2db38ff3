/** Does one thing behind the other, in the order they were asked for; what fails does not keep the next from its turn. */
export function inTurn(): <Value>(work: () => Value | Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
}
