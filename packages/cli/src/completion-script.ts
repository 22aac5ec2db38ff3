export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/*
 * Each script hands the words before the cursor to `sallyport __complete`, and offers files where that knows nothing.
 * bash breaks words at : = @ as well, which names here hold (alice@example.com, tag:prod): the line is split at spaces
 * instead, and of each candidate only what stands behind the last break is offered, since that is all bash replaces
 * (an @ itself is replaced with what follows it).
 */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_sallyport() {
  local IFS line words current prefix candidates i
  line=\${COMP_LINE:0:COMP_POINT}
  IFS=$' \\t' read -r -a words <<< "$line"
  case $line in *[$' \\t']) words+=('') ;; esac
  current=\${words[\${#words[@]}-1]}
  IFS=$'\\n' read -r -d '' -a candidates < <(sallyport __complete -- "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  prefix=\${current%"\${current##*[:=@]}"}
  prefix=\${prefix%@}
  for i in "\${candidates[@]}"; do COMPREPLY+=("\${i#"$prefix"}"); done
}
complete -o default -F _sallyport sallyport
`,
  zsh: `#compdef sallyport
_sallyport() {
  local -a candidates
  candidates=("\${(@f)$(sallyport __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then
    compadd -- "\${candidates[@]}"
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" = _sallyport ]]; then
  _sallyport "$@"
else
  compdef _sallyport sallyport
fi
`,
  fish: `function __sallyport_complete
  set -l candidates (sallyport __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  if test (count $candidates) -gt 0
    printf '%s\\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c sallyport -f -a '(__sallyport_complete)'
`,
}

/** The script that makes a shell ask `sallyport __complete`. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]
}
