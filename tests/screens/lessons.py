"""The start screen, lessons and exercises on a real terminal."""
import os
import re
import shutil
import signal

from terminal import PROGRAM, ROOT, SLOWLY, capture


def start_screen_leads_there_and_back(terminal):
    folder = os.path.join(terminal.folder.name, "folder")
    os.mkdir(folder)
    with open(os.path.join(folder, "broken.pcap"), "w", encoding="utf-8") as file:
        file.write("no capture")
    terminal.type(f"cd {folder}")
    terminal.start()
    terminal.wait(r"New here\? Enter: The three-way handshake +0 of \d+ lessons done(?s:.*)▶ +The three-way handshake")
    terminal.wait(r"↓ \d+ more below")
    for key, said in (("z", r"z does nothing on this screen; \? lists its keys"), ("Escape", "Esc does nothing on this screen"),
                      ("n", "Nothing was searched for yet; / asks for what"), ("X", "An exercise asks about a capture")):
        terminal.keys(key)
        terminal.wait(rf"▶ +The three-way handshake(?s:.*)\n {said}(?s:.*)q quit")
    terminal.keys("?")
    terminal.wait("to the next group(?s:.*)q quit")
    terminal.keys("Down")
    terminal.wait("to the next group(?s:.*)\n ↓ does nothing on this screen")
    terminal.keys("?")
    terminal.wait("▶ +The three-way handshake(?s:.*)q quit")
    terminal.keys("/")
    terminal.wait("search:")
    terminal.keys("-l", "nowhere")
    terminal.keys("Enter")
    terminal.wait('Nothing here matches "nowhere"(?s:.*)↑↓ move .* search +\\? help  q quit')
    terminal.keys("z")
    terminal.wait("z does nothing on this screen")
    terminal.keys("Up")
    terminal.wait("does nothing|Nothing here matches", absent=True)
    terminal.keys("/")
    terminal.wait("search:")
    terminal.keys("-l", "LOOPBACK")
    screen = terminal.wait(r"▶ +lo .*loopback(?s:.*)search: LOOPBACK")
    assert re.search(r"Interfaces, live\n▶ +lo ", screen), screen  # before every other interface
    terminal.keys("Escape")
    terminal.wait("search:", absent=True)
    terminal.keys("?")
    terminal.wait("to the next group")
    terminal.keys("?", "/")
    terminal.wait("search:")
    terminal.type("broken")
    terminal.wait("▶ +broken")
    terminal.keys("Enter")
    terminal.wait("broken.pcap: not a capture")
    terminal.keys("End")
    terminal.wait("▶ +zero-window")
    terminal.keys("Enter")
    terminal.wait("step 1/37")
    terminal.keys("Escape")
    terminal.wait("sort number")
    terminal.keys("Escape")
    terminal.wait("▶ +zero-window")
    terminal.keys("Enter")
    terminal.wait("step 1/37")
    terminal.keys("q")
    terminal.left()


def lessons_folder(terminal):
    """A program of its own with two lessons beside its captures: its path."""
    folder = terminal.folder.name
    captures = os.path.join(folder, "share/wirestate/captures")
    os.makedirs(captures)
    os.mkdir(os.path.join(folder, "bin"))
    shutil.copy(PROGRAM, os.path.join(folder, "bin/wirestate"))
    shutil.copy(os.path.join(ROOT, capture("close-four-client")), captures)
    with open(os.path.join(ROOT, "tests/lessons/good/opening.lesson"), encoding="utf-8") as file:
        text = file.read()
    for order, title in (("1", "The three-way handshake"), ("2", "Another lesson")):
        with open(os.path.join(captures, f"lesson-{order}.lesson"), "w", encoding="utf-8") as file:
            file.write(re.sub("(?m)^order:.*", f"order: {order}", re.sub("(?m)^title:.*", f"title: {title}", text)))
    return os.path.join(folder, "bin/wirestate")


def lesson_is_played(terminal):
    program = lessons_folder(terminal)
    terminal.type(f"clear; {program} {' '.join(SLOWLY)} --lesson lesson-1; echo status=$?.")
    terminal.wait("Playing on to frame 1")
    terminal.keys("Space")
    terminal.wait("The three-way handshake  stop 1/3 ─.*Space answer")
    screen = terminal.wait("Why not simply at 0(?s:.*)q quit")  # the last row: all above it is drawn
    assert "A number that differs" not in screen and "paused" in screen, screen
    terminal.keys("C-z")  # stops this lesson, and not the next one
    terminal.wait(r"Stopped|Suspended")
    terminal.type("clear; fg; echo status=$?.")
    terminal.wait("Why not simply at 0")
    terminal.keys("BSpace")  # this is the first stop
    terminal.keys("Space")
    terminal.wait("Space go on(?s:.*)Why not simply at 0(?s:.*)A number that differs(?s:.*)q quit")
    terminal.keys("d")  # a look around, and back
    terminal.wait("► sequence number")
    terminal.keys("n")
    terminal.wait("Frame 2 .*(?s:.*)Space to the lesson")
    terminal.keys("Space")
    terminal.wait("step 1/11(?s:.*)A number that differs(?s:.*)")
    terminal.keys("Enter")
    terminal.wait("Playing on to frame 2")
    terminal.keys("Space")  # without waiting for the replay
    terminal.wait("step 2/11(?s:.*)stop 2/3 ─.*Space answer")
    terminal.keys("BSpace")
    terminal.wait("step 1/11(?s:.*)stop 1/3 ─.*Space go on")
    terminal.keys("Space", "Space")
    terminal.wait("step 2/11(?s:.*)stop 2/3 ─.*Space answer")
    terminal.keys("Right")
    terminal.wait("step 3/11(?s:.*)Space to the lesson")
    terminal.keys("Space")
    terminal.wait("step 2/11(?s:.*)Space answer")
    terminal.keys("Space")
    terminal.wait("frame 2 acknowledgment = frame 1 sequence \\+ 1:  468243378 = 468243377 \\+ 1")
    terminal.keys("Space", "Space")
    terminal.wait("step 3/11(?s:.*)stop 3/3 ─.*Space answer")
    terminal.keys("Space")
    terminal.wait("Space end")
    done = os.path.join(terminal.folder.name, "state/wirestate/lessons")
    assert not os.path.exists(done), "a file before a lesson is done"
    terminal.keys("Space")
    terminal.wait("handsh[^\n]*end ─(?s:.*)Try it yourself(?s:.*)The next lesson: Another lesson")
    terminal.keys("Space")
    terminal.wait("Another lesson  stop 1/3 ─")
    terminal.keys("Escape")
    terminal.left()
    with open(done, encoding="utf-8") as file:
        assert file.read() == "lesson-1\n"


def lesson_is_answered(terminal):
    folder = os.path.join(terminal.folder.name, "folder")
    os.mkdir(folder)
    os.chmod(folder, 0o777)
    terminal.type(f"cd {folder}")
    terminal.start(*SLOWLY, "--lesson", os.path.join(ROOT, "tests/lessons/good/answers.lesson"))
    terminal.wait("Playing on to (?s:.*)Space to the stop at once")
    terminal.keys("Space")
    terminal.wait("stop 1/5 (?s:.*)Your answer: +a number(?s:.*)Enter hint +Space show the answer")
    terminal.type("many")
    terminal.wait("“many” is not a number. Type a number.")
    terminal.keys("Enter")
    terminal.wait("Hint: A SYN takes one number.")
    terminal.keys("Enter")
    terminal.wait("Hint: Add one to 1361449911.")
    terminal.type("1361449911")
    terminal.wait("“1361449911” is not right. That number is the SYN's own")
    terminal.keys("Escape")  # to look around
    terminal.wait("Space to the question(?s:.*)d packet")
    terminal.keys("d")
    terminal.wait("Space to the lesson")
    terminal.keys("Space")
    terminal.wait("Your answer: +a number")
    terminal.type("1,361,449,912")
    terminal.wait("Right: 1361449912")
    terminal.keys("Space")
    terminal.wait("Playing on to (?s:.*)Space to the stop at once")
    terminal.keys("d", "t", "Space")  # the first two are meant for the answer, and too early
    terminal.wait("stop 2/5 (?s:.*)Your answer: +a state")
    terminal.keys("Space")  # shows the answer, which does not count
    terminal.wait("Answer: LAST_ACK")
    terminal.keys("Space")
    terminal.wait("stop 3/5 (?s:.*)Type one of: both, client, neither, server.")
    terminal.keys("BSpace")  # the question of stop 2 is still open
    terminal.wait("stop 2/5 (?s:.*)Your answer: +a state")
    terminal.type("last ack")
    terminal.wait("stop 2/5 (?s:.*)Right: LAST_ACK")
    terminal.keys("Space")
    terminal.wait("Type one of: both, client, neither, server.(?s:.*)Your answer: +one of these")
    terminal.type("c")
    terminal.wait("stop 3/5 (?s:.*)Right: client")
    terminal.keys("Space", "Space")
    terminal.wait("stop 4/5 (?s:.*)Your answer: +a word")
    terminal.keys("Space", "Space", "Space", "Space")
    terminal.wait("  right 3/4 ─")
    terminal.keys("BSpace", "BSpace")
    terminal.wait("stop 4/5 (?s:.*)Your answer: +a word")
    terminal.type("fin!")
    terminal.wait("stop 4/5 (?s:.*)Right: FIN")
    terminal.keys("E")
    terminal.wait("export to: answers.html(?s:.*)the lesson as a page")
    terminal.keys("Enter")
    terminal.wait("answers.html written")
    with open(os.path.join(folder, "answers.html"), encoding="utf-8") as page:
        assert "Answers of every kind" in page.read()
    terminal.keys("Space", "Space", "Space", "Space")
    terminal.wait("  done 4/4 ─")
    terminal.keys("q")
    terminal.left()


def lesson_is_stopped(terminal):
    terminal.start("--lesson", "tests/lessons/good/opening.lesson")
    terminal.wait("stop 1/3 ─.*Space answer")
    terminal.keys("C-z")
    terminal.wait(r"Stopped|Suspended")
    terminal.type("clear; fg; echo status=$?.")
    terminal.wait("stop 1/3 ─.*Space answer")
    os.kill(terminal.pid(), signal.SIGTERM)
    terminal.left()


def start_screen_on_a_narrow_terminal(terminal):
    """The keys that lead out are shown whole; others are left out for them."""
    terminal.tmux("resize-window", "-x", "50", "-y", "15")
    terminal.start()
    terminal.wait(r"▶ +The three-way handshake(?s:.*)\n ↑↓ move  Enter open .*\? help  q quit\n")
    terminal.keys("q")
    terminal.left()


def start_screen_speaks_another_language(terminal):
    """Where only the language is given, the start screen is shown, and what is opened from it speaks that language, too."""
    terminal.start("--language", "zh_CN")
    terminal.wait(r"▶ +三次握手")
    terminal.keys("End")
    terminal.wait(r"▶ +zero-window +服务器程序有一段时间停止读取")
    terminal.keys("Home")
    terminal.wait(r"▶ +三次握手")
    terminal.keys("Enter")
    terminal.wait("三次握手.*第 1/5 站")
    terminal.keys("q")
    terminal.left()


def lesson_from_the_start_screen(terminal, keeps=True):
    program = lessons_folder(terminal)
    terminal.type(f"cd {terminal.folder.name}; clear; {program}; echo status=$?.")
    terminal.wait("0 of 2 lessons done(?s:.*)▶ +The three-way handshake")
    terminal.keys("Down", "Enter")
    terminal.wait("Another lesson  stop 1/3 ─.*Space answer")
    terminal.tmux("resize-window", "-x", "50", "-y", "24")
    terminal.wait("A lesson needs 60x20 or more")
    terminal.tmux("resize-window", "-x", "120", "-y", "40")
    terminal.wait("State diagram(?s:.*)Why not simply at 0")
    terminal.keys("?")
    terminal.wait("Help +lifelines")
    terminal.keys("End")
    terminal.wait("Space +show the answer")
    terminal.keys("Escape")
    terminal.wait("Why not simply at 0")
    terminal.keys("D")
    terminal.wait("Space to the lesson")
    terminal.keys("Escape")
    terminal.wait("Space answer")
    terminal.keys("Escape")
    terminal.wait("▶ +Another lesson")
    for once in (True, False):  # the second time, nobody says again that it cannot be kept
        terminal.keys("Enter")
        for number in (1, 2, 3):
            terminal.wait(f"stop {number}/3 ─.*Space answer")
            terminal.keys("Space")
            terminal.wait("Space (go on|end)")
            terminal.keys("Space")
        terminal.wait("Another lesson  end ─")
        terminal.keys("Escape")
        terminal.wait("▶✓ Another lesson" if keeps else "▶ +Another lesson")
        terminal.wait("1 of 2 lessons done" if keeps else "0 of 2 lessons done")
        if once and not keeps:
            terminal.wait("cannot keep that lesson lesson-2 is done")
        else:
            screen = terminal.wait("Enter open")  # the last row: all above it is drawn
            assert "cannot keep that lesson" not in screen, screen
    terminal.keys("q")
    terminal.left()


def lesson_that_cannot_be_kept(terminal):
    terminal.type("export XDG_STATE_HOME=/dev/null")
    lesson_from_the_start_screen(terminal, keeps=False)


def exercise_in_the_view(terminal):
    terminal.start("-n", "--exercise", "--seed", "3", "-r", capture("close-four-client"))
    terminal.wait("Exercise 3  stop 1/7(?s:.*)In which state is")
    terminal.type("syn_sent")
    terminal.wait("“syn_sent” is not right. SYN_SENT is for the side that opens")
    terminal.keys("Enter")
    terminal.wait("Hint: ")
    terminal.type("syn-rcvd")
    terminal.wait("Right: SYN_RECEIVED")
    for number in range(2, 7):
        terminal.keys("Space")
        terminal.wait(f"stop {number}/7 ─.*Space answer")
        if number < 6:
            terminal.keys("Space")
            terminal.wait("Space go on")
    terminal.wait(r"acknowledgment number +______  \(asked for\)(?s:.*)\?\? \?\? \?\? \?\?")
    terminal.type("1361449920")
    terminal.wait(r"acknowledgment number +1361449920(?s:.*)Right: 1361449920")
    terminal.keys("Space")
    terminal.wait("stop 7/7 ─.*Space answer")
    terminal.keys("Space")
    terminal.wait("Space end")
    terminal.keys("Space")
    terminal.wait("Exercise 3  right 2/7 (?s:.*)2 of 7 answers were typed and right. Still to do: stop 2, 3, 4, 5, 7\.(?s:.*)"
                  "The exercise ends here")
    terminal.keys("Escape")
    terminal.left()
    terminal.start()  # from the start screen
    terminal.wait("New here")
    terminal.keys("End")
    terminal.wait("▶ +zero-window(?s:.*)X exercise")
    terminal.keys("X")
    terminal.wait(r"Exercise \d+  stop 1/10(?s:.*)Your answer:")
    terminal.keys("Escape")
    terminal.wait("Your answer:", absent=True)
    terminal.keys("Escape")
    terminal.wait("▶ +zero-window")
    terminal.keys("q")
    terminal.left()


def exercise_in_an_open_capture(terminal):
    """X asks about the connection whose lifelines are open; Esc leads back there, and from the list to the list."""
    terminal.start("-n", "-r", capture("close-four-client"))
    terminal.wait("step 1/11")
    terminal.keys("X")
    terminal.wait(r"Exercise \d+  stop 1/\d(?s:.*)Your answer:")
    terminal.keys("Escape")
    terminal.wait("Your answer:", absent=True)
    terminal.keys("X")
    # The exercise is another one each time; where it begins with a field of a packet, X is no key.
    terminal.wait("An exercise cannot be begun inside a lesson or another exercise|X does nothing on this screen")
    terminal.keys("Escape")
    terminal.wait("An exercise cannot|X does nothing", absent=True)
    terminal.keys("Escape")
    terminal.wait("WHAT (?s:.*)Space play")
    terminal.keys("Escape")
    terminal.wait("1 connection")
    terminal.keys("z")
    terminal.wait("z does nothing on this screen")
    terminal.keys("X")
    terminal.wait(r"Exercise \d+  stop 1/\d(?s:.*)Your answer:")
    terminal.wait("z does nothing on this screen", absent=True)
    terminal.keys("Escape")
    terminal.wait("Your answer:", absent=True)
    terminal.keys("Escape")
    terminal.wait("1 connection(?s:.*)Enter lifelines")
    terminal.keys("q")
    terminal.left()
    terminal.start("-n", "-r", capture("udp-echo"))
    terminal.wait("UDP")
    terminal.keys("Escape")
    terminal.wait("holds no TCP connection")
    terminal.keys("X")
    terminal.wait("There is nothing here that could be asked")
    terminal.keys("q")
    terminal.left()


SCENES = [start_screen_leads_there_and_back, start_screen_on_a_narrow_terminal, start_screen_speaks_another_language, lesson_is_played,
          lesson_is_answered, lesson_is_stopped, lesson_from_the_start_screen, lesson_that_cannot_be_kept, exercise_in_the_view,
          exercise_in_an_open_capture]
