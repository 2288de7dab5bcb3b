#!/usr/bin/python3
"""terminal.py - runs a command on a terminal of its own and plays a user at it.

usage: terminal.py COMMAND... < LINES

A line is a step:

    expect TEXT     wait until the terminal shows TEXT (behind what was found last)
    send TEXT       type it; \\n, \\x03 and the like are understood
    size ROWS COLS  resize the terminal
    kill NAME       send the command a signal
    wait SECONDS
    mode            note whether the terminal is raw or cooked

What the terminal showed is printed, then the notes, then "exit N". After 20
seconds without what is expected the command is killed and this fails.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20


def resize(fd, rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


class Terminal:
    def __init__(self, command):
        self.shown = b""
        self.found = 0
        self.notes = []
        # the other side stays open here too: its modes can be read after the command is gone
        self.fd, self.other = pty.openpty()
        resize(self.fd, 24, 80)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.other, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.other, fd)
            os.execvp(command[0], command)

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.shown += data
        return bool(data)

    def expect(self, text):
        end = time.monotonic() + PATIENCE
        while self.shown.find(text, self.found) < 0:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                sys.stdout.write(self.shown.decode(errors="replace"))
                sys.exit("terminal: waited in vain for %r" % text)
            self.read(0.1)
        self.found = self.shown.index(text, self.found) + len(text)

    def mode(self):
        flags = termios.tcgetattr(self.other)[3]
        self.notes.append("mode cooked" if flags & termios.ICANON and flags & termios.ECHO else "mode raw")

    def step(self, word, rest):
        if word == "expect":
            self.expect(rest.encode())
        elif word == "send":
            os.write(self.fd, rest.encode().decode("unicode_escape").encode("latin-1"))
        elif word == "size":
            resize(self.fd, *map(int, rest.split()))
        elif word == "kill":
            os.kill(self.pid, getattr(signal, "SIG" + rest))
        elif word == "wait":
            time.sleep(float(rest))
        elif word == "mode":
            self.mode()
        else:
            sys.exit("terminal: what is %s?" % word)

    def end(self):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            self.read(0.05)
        else:
            os.kill(self.pid, signal.SIGKILL)
            sys.exit("terminal: the command does not end")
        while self.read(0.05):
            pass
        self.mode()
        return os.waitstatus_to_exitcode(status)


def main():
    terminal = Terminal(sys.argv[1:])
    for line in sys.stdin:
        word, _, rest = line.strip("\n\t").partition(" ")
        if word:
            terminal.step(word, rest)
    code = terminal.end()
    print(terminal.shown.decode(errors="replace").replace("\r\n", "\n"))
    for note in terminal.notes:
        print(note)
    print("exit", code)


main()
