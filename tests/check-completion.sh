#!/bin/bash
# check-completion.sh - the scripts for bash, zsh and fish parse, and complete
# commands, options and values.
. "$(dirname "$0")/tap.sh"

cuddy=$builddir/cuddy
if [ ! -x "$cuddy" ]; then
	skip "completions" "cuddy is not built"
	done_testing
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for shell in bash zsh fish; do
	"$cuddy" completion $shell >"$tmp/cuddy.$shell"
done
PATH=$builddir:$PATH
export XDG_DATA_HOME=$tmp/data XDG_RUNTIME_DIR=$tmp/run

# Each prints one candidate a line for the words of a line, of which the last
# is at the cursor.
complete_bash() # WORD...
{
	bash --norc -c '. "$1"; shift
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		compopt() { :; }
		_cuddy; printf "%s\n" "${COMPREPLY[@]}"' bash "$tmp/cuddy.bash" "$@"
}

complete_zsh() # WORD...
{
	zsh -fc 'compdef() { :; }; _describe() { print -l -- "${(@P)2}"; }; _files() { print FILES; }
		compset() { :; }
		. "$1"; shift; words=("$@"); CURRENT=$#; _cuddy' zsh "$tmp/cuddy.zsh" "$@"
}

complete_fish() # WORD...
{
	local line="$*"
	# shellcheck disable=SC2016 # fish's variables
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$tmp/cuddy.fish" "$line"
}

offers() # SHELL CANDIDATE WORD...
{
	local shell=$1 candidate=$2 output
	shift 2
	output=$("complete_$shell" "$@")
	# what stands behind a candidate is its description
	grep -qE -- "^$candidate($|[[:space:]:])" <<<"$output" || { printf '%s\n' "$output"; return 1; }
}

for shell in bash zsh fish; do
	if ! have $shell; then
		skip "$shell" "not installed"
		continue
	fi
	ok "$shell: the script parses" $shell -n "$tmp/cuddy.$shell"
	ok "$shell: completes a command" offers $shell run cuddy ru
	ok "$shell: completes a second word" offers $shell inspect cuddy image insp
	ok "$shell: completes an option" offers $shell --network cuddy run --netw
	ok "$shell: completes a value" offers $shell missing cuddy run --pull m
	ok "$shell: knows a global option" offers $shell --runroot cuddy --runr
done
if have bash; then
	ok "bash: completes behind =" offers bash missing cuddy run --pull = m
	touch "$tmp/archive.tar"
	ok "bash: completes a file" offers bash "$tmp/archive.tar" cuddy load -i "$tmp/arch"
fi
done_testing
