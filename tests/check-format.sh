#!/bin/bash
# check-format.sh - C files are as .clang-format says.
. "$(dirname "$0")/tap.sh"

# Which files are not, and in how many places.
formatted()
{
	(cd "$srcdir" && c_files | xargs clang-format --dry-run --Werror 2>&1) \
		| sed -n 's/:.*error: .*//p' | uniq -c | nothing
}

# Versions differ in taste; the one that the files were formatted with decides.
version=$(clang-format --version 2>/dev/null | grep -o 'version [0-9]*' | tr -dc 0-9)
if [ "$version" = 14 ]; then
	ok "clang-format" formatted
else
	skip "clang-format" "needs clang-format 14, there is ${version:-none}"
fi
done_testing
