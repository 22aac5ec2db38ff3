/** `ssh.login_grace` is `SALLYPORT_SSH_LOGIN_GRACE`. */
export function environmentName(name: string): string {
  return `SALLYPORT_${name.replace('.', '_').toUpperCase()}`
}
