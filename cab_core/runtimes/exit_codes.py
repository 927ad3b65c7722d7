"""How a program in a sandbox ended: by an exit code, or by a signal.

An init says 128+N of a program that signal N ended, and hands on what a program exits with; so 137 may be
either, and an engine has no other record. The kernel tells them apart in the wait status alone, which only a
program's parent is given. So a parent of ours stands above it in the sandbox, and writes down the signal.

That note lies where the program could write too. It decides nothing but how one number is read, and counts
only where it fits that number, which is the engine's word.
"""

from __future__ import annotations

from pathlib import Path

from cab_core.safe_fs import Tree

NOTE = ".cab_signal"  # in HOME
PARENT = "/usr/bin/perl"  # there wherever dpkg is; started in 2 ms
# The program leads the terminal's foreground group, as it does below an init: TIOCSPGRP is 0x5410.
PROGRAM = r"""
my $note = shift; my $pid = fork;
if (!$pid) {
  delete $ENV{PERL_BADLANG};
  setpgrp(0, 0);
  if (-t STDOUT) { $SIG{TTOU} = "IGNORE"; ioctl(STDOUT, 0x5410, pack("i", $$)); $SIG{TTOU} = "DEFAULT" }
  exec { $ARGV[0] } @ARGV;
  my $why = $! + 0;
  print STDERR "$ARGV[0]: $!\n";
  exit($why == 2 ? 127 : 126);
}
for my $name (qw(TERM INT HUP QUIT USR1 USR2)) { $SIG{$name} = sub { kill $name, $pid } }
1 while waitpid($pid, 0) < 0 && $! == 4;
my $signal = $? & 127;
exit($? >> 8) if !$signal;
unlink $note;
if (sysopen(my $file, $note, 0301, 0600)) { print $file $signal; close $file }
exit(128 + $signal);
"""


def take_note(home: Path) -> int | None:
    """Return the signal that the parent in the sandbox noted, or None; the note is removed."""
    try:
        with Tree(home).open(NOTE) as file:
            text = file.read(4)
        Tree(home).unlink(NOTE)
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None


def end_of(code: int, noted: int | None, killed: bool) -> tuple[int | None, int | None]:
    """Return the exit code or the signal that an init's exit code stands for, the other one None.

    `killed`: we had it killed, with all that could have noted it.
    """
    signal = code - 128
    known = signal > 0 and (noted == signal or (killed and signal in (9, 15)))
    return (None, signal) if known else (code, None)
