# terminal.bats - `run -t`: the container's terminal is the user's.

load helpers

setup_file()
{
	import_busybox
}

# Play the lines of standard input at a terminal on which cuddy runs.
at_terminal() # ARG...
{
	run python3 "$T/tests/tools/terminal.py" "$CUDDY" "$@"
}

@test "-t gives the command a terminal, without it there is none" {
	at_terminal run --rm -t --network=none busybox sh -c 'test -t 0 && test -t 1 && tty' </dev/null
	contains "$output" /dev/pts/0
	contains "$output" "exit 0"
	at_terminal run --rm -i --network=none busybox sh -c 'test -t 0 || echo no terminal' </dev/null
	contains "$output" "no terminal"
}

@test "-t sets TERM, and /dev/console, /dev/tty work" {
	at_terminal run --rm -it --network=none busybox sh -c 'echo $TERM; echo tty >/dev/tty; echo console >/dev/console' </dev/null
	contains "$output" xterm
	contains "$output" tty
	contains "$output" console
}

@test "what is typed arrives, and the end of input" {
	at_terminal run --rm -it --network=none busybox sh <<-'STEPS'
		expect #
		send echo $((40 + 2))\n
		expect 42
		expect #
		send \x04
	STEPS
	contains "$output" "exit 0"
}

@test "the exit code comes through" {
	at_terminal run --rm -it --network=none busybox sh <<-'STEPS'
		expect #
		send exit 17\n
	STEPS
	contains "$output" "exit 17"
}

@test "the interrupt key interrupts what runs inside, not cuddy" {
	at_terminal run --rm -it --network=none busybox sh <<-'STEPS'
		expect #
		send echo $((6 * 7)); sleep 1000\n
		expect 42
		wait 0.3
		send \x03
		expect #
		send echo still $((1 + 1)) here\n
		expect still 2 here
		send exit 3\n
	STEPS
	contains "$output" "exit 3"
}

@test "the terminal is raw meanwhile, and restored" {
	at_terminal run --rm -it --network=none busybox sh <<-'STEPS'
		mode
		expect #
		wait 0.3
		mode
		send exit\n
	STEPS
	equal "$(grep ^mode <<<"$output" | xargs)" "mode cooked mode raw mode cooked"
}

@test "the terminal is restored when the command cannot start, and when it is killed" {
	at_terminal run --rm -it --network=none busybox nosuchthing </dev/null
	contains "$output" "mode cooked"
	contains "$output" "exit 127"
	at_terminal run --rm -it --network=none --init busybox sh -c 'echo up; sleep 1000' <<-STEPS
		expect up
		kill TERM
	STEPS
	contains "$output" "mode cooked"
	contains "$output" "exit 143"
}

@test "the size is the user's terminal's, and follows it" {
	at_terminal run --rm -it --network=none busybox sh <<-'STEPS'
		expect #
		send stty size\n
		expect 24 80
		size 50 132
		send sleep 0.3; stty size\n
		expect 50 132
		send exit\n
	STEPS
	contains "$output" "exit 0"
}

@test "the terminal belongs to the user of the command" {
	at_terminal run --rm -it --network=none -u 1000 busybox sh -c 'stat -c "%u %a" $(tty); echo ok >$(tty)' </dev/null
	contains "$output" "1000 620"
	contains "$output" ok
}

@test "a background job and job control work" {
	at_terminal run --rm -it --network=none busybox sh <<-'STEPS'
		expect #
		send echo $((6 * 7)); sleep 1000\n
		expect 42
		wait 0.3
		send \x1a
		expect Stopped
		send fg\n
		wait 0.3
		send \x03
		wait 0.3
		send exit 9\n
	STEPS
	contains "$output" "exit 9"
	lacks "$output" "job control turned off"
}

@test "-t without a terminal to show it on still works" {
	equal "$(cuddy run --rm -t --network=none busybox tty </dev/null | tr -d '\r')" /dev/pts/0
	equal "$(echo 'echo $((1+1)); exit' | cuddy run --rm -it --network=none busybox sh 2>&1 | tr -d '\r' | grep -cx 2)" 1
}
