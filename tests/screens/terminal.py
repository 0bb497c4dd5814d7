"""A real terminal with the program in it: tmux with a socket of its own, apart from the user's sessions.

It always waits for text that stays on the screen, and never for a fixed time. Where something plays while keys are pressed, it plays so slowly
that it never gets on by itself."""
import os
import re
import shlex
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("WIRESTATE", os.path.join(ROOT, "build/wirestate")))
LIFELINES = r"CLIENT 10\.0\.0\.1:\d+ "  # the first line of the lifelines; the list has no address after this word
PATIENCE = 60  # seconds until a text that does not come is a failure
SLOWLY = ("--speed", "0.001")


class Terminal:
    """A tmux session that runs a shell, and the program in it."""

    def __init__(self, columns=80, rows=24):
        self.folder = tempfile.TemporaryDirectory()
        self.base = ["tmux", "-S", os.path.join(self.folder.name, "tmux"), "-f", "/dev/null"]
        environment = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", TERM="xterm-256color", ENV="",
                           XDG_CONFIG_HOME="/dev/null", XDG_STATE_HOME=os.path.join(self.folder.name, "state"))
        for name in ("TMUX", "NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(name, None)
        subprocess.run(self.base + ["new-session", "-d", "-x", str(columns), "-y", str(rows), "sh"], check=True,
                       env=environment, cwd=ROOT)
        self.modes = os.path.join(self.folder.name, "modes")
        self.type(f"stty -g >{self.modes}; echo modes=$((1 + 1)).")
        self.wait(r"modes=2\.")

    def close(self):
        subprocess.run(self.base + ["kill-server"], stderr=subprocess.DEVNULL, check=False)
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def tmux(self, *arguments):
        return subprocess.run(self.base + list(arguments), check=True, capture_output=True, text=True).stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.keys("Enter")

    def wait(self, pattern, absent=False):
        """Returns the screen when the pattern is on it, or no longer on it."""
        end = time.monotonic() + PATIENCE
        while True:
            screen = self.screen()
            if bool(re.search(pattern, screen)) != absent:
                return screen
            if time.monotonic() > end:
                raise AssertionError(f"{'still' if absent else 'never'} on the screen: {pattern}\n{screen}")
            time.sleep(0.02)

    def wait_world(self, expected):
        """The list's counts and rows, once they are these: verdicts are counted a moment later."""
        end = time.monotonic() + PATIENCE
        while world(self.screen()) != expected:
            assert time.monotonic() < end, self.screen()
            time.sleep(0.02)

    def start(self, *arguments):
        self.type(f"clear; {shlex.quote(PROGRAM)} {' '.join(map(shlex.quote, arguments))}; echo status=$?.")

    def left(self, status=0):
        """Checks that the program has ended with this status, and that the terminal is as it was before."""
        screen = self.wait(r"status=\d+\.")
        assert f"status={status}." in screen, screen
        flags = self.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{keypad_cursor_flag} #{mouse_any_flag}")
        assert flags.split() == ["0", "1", "0", "0"], f"alternate, cursor, keypad, mouse: {flags}"
        self.type(f"stty -g | cmp -s - {self.modes} && echo modes=$((1 + 2)).")
        self.wait(r"modes=3\.")

    def pid(self):
        """Of wirestate, the child of the pane's shell."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(subprocess.run(["ps", "-o", "pid=", "--ppid", shell], check=True, capture_output=True,
                                  text=True).stdout.split()[0])


def capture(name):
    return f"captures/{name}.pcap"


def world(screen):
    """Returns the list's counts and rows, without the title, to compare snapshots."""
    return screen.split("\n")[1:22]
