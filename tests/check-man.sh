#!/bin/bash
# check-man.sh - every command has its page, every option stands in it, and
# the pages are well-formed.
. "$(dirname "$0")/tap.sh"

pages=$builddir/man

page_exists() # PAGE
{
	[ -s "$pages/$1.1" ] && [ -f "$srcdir/man/$1.md" ]
}

# An option's paragraph begins with its name in bold; `-' is `\-' there.
page_tells_of() # PAGE OPTIONS...
{
	local page=$1 option missing=
	shift
	for option; do
		grep -qF "\\fB${option//-/\\-}\\fR" "$pages/$page.1" || missing+=" $option"
	done
	[ -z "$missing" ] || { echo "$page lacks$missing"; return 1; }
}

lint() # PAGE
{
	if have mandoc; then
		mandoc -T lint -W warning "$pages/$1.1"
	else
		MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$pages/$1.1" 2>&1 >/dev/null | nothing
	fi
}

# No page without a command: it would tell of what is gone.
strangers()
{
	local file
	for file in "$srcdir"/man/*.md; do
		grep -qx "$(basename "$file" .md)" <<<"$list" || echo "$file"
	done | nothing
}

if [ ! -x "$builddir/helpers/mkman" ]; then
	skip "manual pages" "they are not made when cross-compiling"
	done_testing
	exit
fi
list=$("$builddir/helpers/mkman" --list)
ok "no page is about a command that is gone" strangers
while read -r page; do
	ok "$page: there is a page" page_exists "$page"
	mapfile -t options < <(sed -n "s/^$page --/--/p" <<<"$list")
	ok "$page: tells of ${#options[@]} options" page_tells_of "$page" "${options[@]}"
	if have mandoc || have man; then
		ok "$page: well-formed" lint "$page"
	else
		skip "$page: well-formed" "neither mandoc nor man"
	fi
done < <(grep -v ' ' <<<"$list")
done_testing
