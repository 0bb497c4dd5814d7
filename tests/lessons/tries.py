"""What a lesson lets one try in the lab: on a real terminal, a key acts on the packet that waits, and what has come of it is
explained. Each outcome that is a whole story is played; without namespaces the lesson says so and goes on."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.abspath(os.environ.get("WIRESTATE", os.path.join(ROOT, "build/wirestate")))
sys.path.insert(0, os.path.join(ROOT, "tests/twohosts"))
from held_view import Terminal  # noqa: E402: in another folder

KEYS = {"dropped": "X", "delivered": "Space", "copied": "C", "delayed": "Z"}


class Place:
    """A folder with the program, its captures and scenarios, and the stops that are tried as lessons of their own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        os.makedirs(self.path("build"))
        shutil.copy(PROGRAM, self.path("build/wirestate"))
        os.symlink(os.path.join(ROOT, "captures"), self.path("captures"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return name


def text_of(pairs):
    return "".join(f"{key}: " + "\n\n  ".join(text) + "\n" for key, text in pairs)


def stories(pairs):
    """Yields (what is done, what is said) for each outcome that is the first of those of one key."""
    told = set()
    for key, text in pairs:
        if key == "came":
            signs, words = " ".join(text).split(": ", 1)
            act = signs.split(",")[0]
            if act not in told:
                told.add(act)
                yield act, words


def shown(screen):
    return re.sub(r"\s+", " ", screen)


def play(place, number, lesson, act, words, answer):
    """Returns what is wrong, or None."""
    name = place.put(f"try-{number}.lesson", lesson)
    with Terminal(place) as terminal:
        terminal.start(f"--lesson ./{name}")
        if "Space try it" not in terminal.wait(r"stop 1/1 "):
            terminal.keys("Space")  # to the stop at once
        terminal.wait(r"Space try it")
        terminal.keys("Space")
        terminal.wait(r"IN THE AIR +(◄ )?\d+ \S")
        terminal.keys(KEYS[act])
        if act == "copied":  # the packet itself still waits
            terminal.wait(r"\s+".join(map(re.escape, words.split())))
            terminal.keys("Space")
        screen = terminal.wait(r"Space goes on with the lesson")
        if words not in shown(screen):
            return f"{act}: at its end the screen does not say {words!r}:\n{screen}"
        terminal.keys("Space")
        screen = terminal.wait(r"Space end")
        if words not in shown(screen) or answer not in shown(screen):
            return f"{act}: back in the lesson, {words!r} and {answer!r} are not both there:\n{screen}"
        terminal.keys("q")
        terminal.wait(r"status=0\.")
    return None


def have_namespaces(place):
    done = subprocess.run([place.path("build/wirestate"), "--lab", "handshake", "-T", "text"], capture_output=True, text=True,
                          check=False, cwd=place.folder, stdin=subprocess.DEVNULL)
    return "needs namespaces" not in done.stderr


def left_out(place, check, lesson, answer):
    if "asan" in PROGRAM:
        return
    library = place.path("no_namespaces.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, os.path.join(ROOT, "tests/twohosts/no_namespaces.c")], check=True)
    name = place.put("left-out.lesson", lesson)
    with Terminal(place) as terminal:
        terminal.start_program(f"LD_PRELOAD={library}", f"--lesson ./{name}")
        terminal.wait(r"stop 1/1")
        terminal.keys("Space")
        terminal.wait(r"Space try it")
        terminal.keys("Space")
        screen = terminal.wait(r"This stop is left out")
        check("the lab needs namespaces of its own" in shown(screen) and "With sudo it may" in shown(screen) and
              answer in shown(screen), f"it is said why a stop is left out:\n{screen}")
        check("…" not in screen, f"and that is not cut:\n{screen}")
        terminal.keys("Space")
        screen = terminal.wait(r"end ─")
        terminal.keys("q")
        terminal.wait(r"status=0\.")
    done = subprocess.run([place.path("build/wirestate"), "--lesson", "presumed"], capture_output=True, text=True, check=False,
                          cwd=place.folder, stdin=subprocess.DEVNULL, env=dict(os.environ, LD_PRELOAD=library))
    check(done.returncode == 1 and done.stderr.startswith("wirestate: this lesson is played in the lab, and the lab needs "
                                                          "namespaces of its own"),
          f"a lesson that is played in the lab, without namespaces: {done.returncode} {done.stderr}")


def in_a_page(place, check, name, words):
    page = place.path("page.html")
    done = subprocess.run([place.path("build/wirestate"), "--lesson", name, "--export", page], capture_output=True, text=True,
                          check=False, cwd=place.folder)
    check(done.returncode == 0, f"--lesson {name} --export page.html: {done.stderr}")
    with open(page, encoding="utf-8") as file:
        text = shown(file.read())
    check(words in text, f"a page tells what comes of what is to be tried: {words}")


def run(lessons, check, skip):
    """`lessons`: (path, head, stops) of each."""
    place = Place()
    try:
        if not have_namespaces(place):
            skip("lessons let one try something in the lab: there are no namespaces")
            return
        turns, least = [], 6
        for path, head, stops in lessons:
            for pairs in stops:
                if not any(key == "lab" for key, _ in pairs):
                    continue
                answer = " ".join(next(text for key, text in pairs if key == "answer"))
                lesson = text_of([pair for pair in head if pair[0] != "try"]) + text_of(pairs)
                turns += [(os.path.basename(path), lesson, act, words, answer) for act, words in stories(pairs)]
        names = {name for name, *_ in turns}
        check(len(names) >= least, f"at least {least} lessons let one try something: {sorted(names)}")
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            def play_turn(entry):
                try:
                    return play(place, entry[0], *entry[1][1:])
                except AssertionError as problem:
                    return str(problem)
            for turn, wrong in zip(turns, pool.map(play_turn, enumerate(turns))):
                check(not wrong, f"{turn[0]}: {wrong}")
        _, lesson, _, words, answer = next(turn for turn in turns if turn[0] == "close.lesson")
        left_out(place, check, lesson, answer)
        in_a_page(place, check, "close", "If it is dropped: " + words)
        in_a_page(place, check, "presumed", "These packets were made a moment ago")
    finally:
        shutil.rmtree(place.folder)
