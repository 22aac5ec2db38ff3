export function SetupRoom() {
  return <main id="main">Set up</main>
}
export function JoinRoom() {
  return <main id="main">Join</main>
}
