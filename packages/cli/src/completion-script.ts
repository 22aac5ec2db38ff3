export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_sallyport() {
  local IFS=$'\\n'
  COMPREPLY=($(sallyport __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _sallyport sallyport
`,
  zsh: `#compdef sallyport
_sallyport() {
  local -a candidates
  candidates=("\${(@f)$(sallyport __complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  compadd -a candidates
}
compdef _sallyport sallyport
`,
  fish: `complete -c sallyport -f -a '(sallyport __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

/** The script that makes a shell ask `sallyport __complete`. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]
}
