import type { Call } from "../core/call.js";

// No line that was typed is evaluated: its words go to `cosmo complete` as they are, and what comes back is only shown.
// Where nothing comes back, files are completed.
const bash = `# Completes cosmo in bash: source <(cosmo completion bash)
_cosmo() {
  local line="\${COMP_LINE:0:COMP_POINT}" word i
  local -a words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  # Bash cuts words at '=' and ':'; put together again what no blank stands between.
  local -a whole=()
  local rest="\${line#"\${COMP_WORDS[0]}"}"
  for word in "\${words[@]}"; do
    local trimmed="\${rest#"\${rest%%[![:space:]]*}"}"
    if (( \${#whole[@]} > 0 )) && [[ "$rest" == "$trimmed" && -n "$word" ]]; then
      whole[\${#whole[@]}-1]+="$word"
    else
      whole+=("$word")
    fi
    rest="\${trimmed#"$word"}"
  done
  local current="" cut=""
  (( \${#whole[@]} > 0 )) && current="\${whole[\${#whole[@]}-1]}"
  # What stands before the last '=' or ':' is there already.
  [[ "$current" == *[=:]* ]] && cut="\${current%"\${current##*[=:]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ -n "$word" ]] && COMPREPLY+=("\${word#"$cut"}")
  done < <(command "\${COMP_WORDS[0]}" complete -- "\${whole[@]}" 2>/dev/null)
}
complete -o default -o bashdefault -F _cosmo cosmo
`;

const zsh = `#compdef cosmo
# Completes cosmo in zsh: source <(cosmo completion zsh)
_cosmo() {
  local -a found
  local value text
  while IFS=$'\\t' read -r value text; do
    [[ -n "$value" ]] && found+=("\${value//:/\\\\:}:$text")
  done < <(command "\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    _describe 'cosmo' found
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _cosmo ]]; then _cosmo; else compdef _cosmo cosmo; fi
`;

const fish = `# Completes cosmo in fish: cosmo completion fish | source
function __cosmo_complete
  set -l words (commandline -opc) (commandline -ct)
  command $words[1] complete -- $words[2..-1] 2>/dev/null
end
function __cosmo_has
  set -g __cosmo_found (__cosmo_complete)
  test (count $__cosmo_found) -gt 0
end
complete -c cosmo -e
complete -c cosmo -n __cosmo_has -f -a '(printf "%s\\n" $__cosmo_found)'
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** `cosmo completion`: the script for a shell. */
export async function run({ args, output }: Call): Promise<undefined> {
  const script = scripts[args[0] ?? ""] ?? "";
  await output.result({ shell: args[0], script }, () => script);
  return undefined;
}
