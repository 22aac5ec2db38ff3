export function SignInRoom() {
  return <main id="main">Sign in</main>
}
