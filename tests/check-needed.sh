#!/bin/bash
# check-needed.sh - cuddy links json-c, libseccomp, libcap and the C library,
# for every library costs every command its start-up; the programs that run
# inside containers link nothing at all.
. "$(dirname "$0")/tap.sh"

needed() # PROGRAM
{
	objdump -p "$builddir/$1" | awk '$1 == "NEEDED" { print $2 }'
}

needs_only() # PROGRAM PATTERN
{
	needed "$1" | grep -Ev "^($2)\.so" | nothing
}

has_flag() # PROGRAM WHAT
{
	readelf -lWd "$builddir/$1" | grep -qE "$2"
}

sanitized()
{
	needed "$1" | grep -qE '^lib(asan|ubsan)' || nm "$builddir/$1" 2>/dev/null | grep -q __asan_init
}

if sanitized cuddy; then
	skip "cuddy's libraries" "the sanitizers bring their own"
else
	ok "cuddy needs json-c, libseccomp, libcap, libc only" \
		needs_only cuddy 'libjson-c|libseccomp|libcap|libc|ld-linux.*'
	ok "cuddy is position independent" has_flag cuddy 'FLAGS_1.*PIE'
	ok "cuddy's relocations are resolved before main" has_flag cuddy 'FLAGS.*NOW'
	ok "cuddy's relocations are read-only" has_flag cuddy 'GNU_RELRO'
fi
for program in helpers/hello helpers/stub; do
	ok "$program is static" needs_only "$program" none
done
done_testing
