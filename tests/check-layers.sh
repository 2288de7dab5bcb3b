#!/bin/bash
# check-layers.sh - a file includes its own folder and lower layers: never up,
# never sideways. This is what keeps the hands blind to each other, so that each
# can be understood, tested and replaced alone. The bytes of the stub are data.
. "$(dirname "$0")/tap.sh"

hands='userns store archive registry network cgroup runtime container'

below() # FOLDER: the folders it may include besides its own
{
	case $1 in
	util) ;;
	model) echo util ;;
	engine) echo util model "$hands" ;;
	build) echo util model "$hands" engine ;;
	cli) echo util model "$hands" engine build ;;
	main.c | helpers) echo util model "$hands" engine build cli ;;
	*) case " $hands " in
	   *" $1 "*) echo util model ;;
	   *) echo "unknown-folder-$1" ;;
	   esac ;;
	esac
}

# Print FILE:INCLUDE for each include that reaches up or sideways.
trespasses() # FOLDER PATH
{
	local allowed file include
	allowed=" $1 $(below "$1") "
	grep -rHoE '^[[:space:]]*#[[:space:]]*include "[^"/]+/[^"]*"' "$srcdir/$2" --include='*.[ch]' \
		| grep -v 'helpers/stub\.inc"' \
		| sed -E 's/:[^"]*"/ /; s/\/[^/]*$//' \
		| while read -r file include; do
			case $allowed in
			*" $include "*) ;;
			*) echo "${file#"$srcdir/"} includes $include/" ;;
			esac
		done
}

folder_is_clean()
{
	trespasses "$1" "$2" | nothing
}

for dir in "$srcdir"/src/*/; do
	folder=$(basename "$dir")
	ok "src/$folder includes lower layers only" folder_is_clean "$folder" "src/$folder"
done
ok "helpers include what exists" folder_is_clean helpers helpers
done_testing
