# stages.sh - what `./quickstart check' does, stage by stage; sourced by it.
#
# A stage is a function stage_NAME that ends with 0 when all is well; its output
# goes to build/check/NAME.log. Results are the lines that begin as TAP's do
# ("ok", "not ok") or as automake's ("PASS:", "FAIL:", ...); they are counted
# once, at the end, from the logs.
# shellcheck shell=bash disable=SC2154

test_packages=(libcmocka-dev clang clang-format libclang-rt-dev llvm binutils valgrind
	shellcheck bats perl python3 procps keyutils file jq curl openssl zstd xz-utils mandoc bash fish zsh
	python3-minimal attr libcap2-bin keyutils iproute2 passt systemd dbus-user-session
	mmdebstrap docker-registry apache2-utils skopeo umoci
	dpkg-dev debhelper fakeroot lintian)

# The two chains run side by side, each in its order.
chain_one=(gcc unit system valgrind demo fuzz)
chain_two=(clang distcheck deb sanitizers sanitized-system)
logs=$build/check

list_stages()
{
	printf '%s\n' "${chain_one[@]}" "${chain_two[@]}"
}

# Report a step of a stage as a test of its own.
step() # NAME COMMAND [ARG...]
{
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		return 1
	fi
}

skip_step() # NAME REASON
{
	echo "ok - $1 # SKIP $2"
}

# ---- builds, each in a folder of its own; nothing is done twice

# With everything that `make check' runs.
test_tree() # DIRECTORY [CONFIGURE ARGUMENT...]
{
	build_tree "$@" && make -s -j"$(nproc)" -C "$1" check TESTS=
}

gcc_tree()
{
	test_tree "$logs/gcc" CC=gcc --enable-werror
}

sanitized_tree()
{
	test_tree "$logs/sanitized" CC=clang --enable-werror --enable-sanitizers CFLAGS='-O1 -g'
}

# Run make check or the like; what failed is shown whole, but counted once.
run_make() # DIRECTORY TARGET...
{
	local dir=$1
	shift
	make -s -C "$dir" "$@" && return
	sed 's/^/    /' "$dir/test-suite.log" 2>/dev/null
	return 1
}

# Only one set of system tests at a time: they share a registry and accounts.
run_system() # DIRECTORY
{
	if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
		skip_step "system tests" "making an account for them needs root"
		return
	fi
	(
		flock 9
		as_root bash tests/system/run.sh "$1" 9>&-
	) 9>"$logs/system.lock"
}

# ---- stages

stage_gcc()
{
	step "gcc builds without a warning" gcc_tree
}

stage_unit()
{
	gcc_tree && run_make "$logs/gcc" check
}

stage_valgrind()
{
	gcc_tree && run_make "$logs/gcc" check-valgrind
}

stage_system()
{
	gcc_tree && run_system "$logs/gcc"
}

stage_demo()
{
	step "./quickstart" ./quickstart
}

stage_clang()
{
	step "clang builds without a warning" test_tree "$logs/clang" CC=clang --enable-werror
}

stage_sanitizers()
{
	step "builds with the sanitizers" sanitized_tree && run_make "$logs/sanitized" check
}

stage_sanitized-system()
{
	sanitized_tree && run_system "$logs/sanitized"
}

stage_fuzz()
{
	step "builds with libFuzzer" build_tree "$logs/fuzz" \
		CC=clang --enable-werror --enable-fuzzing CFLAGS='-O1 -g' \
		&& make -s -C "$logs/fuzz" check-fuzz FUZZ_JOBS=1
}

# The tests of the tarball are those of the unit stage, not counted again.
stage_distcheck()
{
	mkdir -p "$logs/dist"
	(cd "$logs/dist" && { [ -e Makefile ] || "$top/configure" -q; }) || return
	step "make distcheck" run_quietly make -s -C "$logs/dist" distcheck
}

run_quietly()
{
	local output
	output=$("$@" 2>&1) && return
	grep -E '^(FAIL|ERROR):|^not ok' <<<"$output" | sed 's/^/    /'
	tail -n 50 <<<"$output" | sed 's/^/    /'
	return 1
}

stage_deb()
{
	local tarball
	[ -e "$logs/dist/Makefile" ] || (mkdir -p "$logs/dist" && cd "$logs/dist" && "$top/configure" -q) || return
	run_quietly make -s -C "$logs/dist" dist || return
	tarball=$(ls "$logs"/dist/cuddy-*.tar.xz)
	rm -rf "$logs/deb"
	step "the Debian package builds" run_quietly packaging/build-deb.sh "$tarball" "$logs/deb" || return
	step "lintian finds no error" lintian --fail-on error "$logs"/deb/*.changes || return
	if [ "$(id -u)" = 0 ]; then
		step "the Debian package installs, runs and is removed" try_deb "$logs"/deb/cuddy_*.deb
	else
		skip_step "the Debian package installs, runs and is removed" "needs root"
	fi
}

# Installed where there was none, it runs a container in a fresh account.
try_deb() # FILE
{
	local account=cuddy-deb status=0
	if [ -n "$(missing_packages cuddy)" ]; then
		apt_get install --no-install-recommends "$1" >/dev/null || return
	else
		echo "cuddy is installed on this machine already and would be replaced"
		return 1
	fi
	make_account $account
	as_account $account /usr/bin/cuddy run --rm hello || status=1
	as_account $account sh -c 'man -w cuddy || test -e /usr/share/man/man1/cuddy.1.gz' || status=1
	userdel -r $account 2>/dev/null || status=1
	apt_get purge cuddy >/dev/null || status=1
	[ ! -e /usr/bin/cuddy ] && [ ! -e /usr/libexec/cuddy ] || status=1
	return $status
}

# ---- running and counting

run_stage() # NAME
{
	local name=$1 start=$SECONDS verdict=passed
	(
		set +e
		"stage_$name"
	) >"$logs/$name.log" 2>&1 </dev/null || verdict=FAILED
	[ "$(count "$name" failed)" = 0 ] || verdict=FAILED
	echo "$verdict" >"$logs/$name.verdict"
	printf '    %-18s %s in %d s: %d passed, %d failed, %d skipped\n' "$name" "$verdict" \
		$((SECONDS - start)) "$(count "$name" passed)" "$(count "$name" failed)" \
		"$(count "$name" skipped)"
	[ $verdict = passed ] || show_failures "$name"
}

count() # STAGE passed|failed|skipped
{
	awk -v want="$2" '
		/^(ok( |$).*# *[Ss][Kk][Ii][Pp]|SKIP: )/ { n["skipped"]++; next }
		/^(not ok .*# *[Tt][Oo][Dd][Oo]|XFAIL: )/ { n["skipped"]++; next }
		/^(ok( |$)|PASS: )/ { n["passed"]++ }
		/^(not ok( |$)|FAIL: |ERROR: |XPASS: )/ { n["failed"]++ }
		END { print n[want] + 0 }' "$logs/$1.log"
}

show_failures() # STAGE: what failed, with what it said; or how it all ended
{
	if [ "$(count "$1" failed)" -gt 0 ]; then
		awk '/^(not ok|FAIL: |ERROR: )/ { show = 1; print; next }
			!/^(#| )/ { show = 0 }
			show' "$logs/$1.log" | head -n 200 | sed 's/^/      /'
	else
		tail -n 60 "$logs/$1.log" | sed 's/^/      /'
	fi
	echo "      (all of it: build/check/$1.log)"
}

run_chain()
{
	local name
	for name; do
		run_stage "$name"
	done
}

check() # [STAGE...]
{
	local stage passed=0 failed=0 skipped=0
	install_packages "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"
	mkdir -p "$logs"
	trap close_devices EXIT
	open_device /dev/net/tun
	open_device /dev/fuse
	generate
	say "testing (logs are in build/check)"
	if [ $# -gt 0 ]; then
		for stage; do
			declare -F "stage_$stage" >/dev/null || die "no stage $stage; see ./quickstart stages"
		done
		run_chain "$@"
	else
		set -- "${chain_one[@]}" "${chain_two[@]}"
		run_chain "${chain_one[@]}" &
		run_chain "${chain_two[@]}"
		wait
	fi
	for stage; do
		passed=$((passed + $(count "$stage" passed)))
		failed=$((failed + $(count "$stage" failed)))
		skipped=$((skipped + $(count "$stage" skipped)))
		# a stage that broke before it could report anything is a failure too
		if [ "$(cat "$logs/$stage.verdict")" = FAILED ] && [ "$(count "$stage" failed)" = 0 ]; then
			failed=$((failed + 1))
		fi
	done
	say "all stages took $((SECONDS / 60)) min $((SECONDS % 60)) s"
	printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
	[ $failed = 0 ]
}
