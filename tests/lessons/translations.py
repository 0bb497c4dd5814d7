"""Translations of lessons: wrong ones, each made from a right one by one change, with the error after the file's name; and that
what is wrong or missing in one never takes the lesson away."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.abspath(os.environ.get("WIRESTATE", os.path.join(ROOT, "build/wirestate")))

LESSON = """\
title: A lesson
about: for the tests
capture: close-four-client
try: Type this:
  $ socat - TCP:127.0.0.1:7000
stop: 3
states: client ESTABLISHED, server ESTABLISHED~
ask: What is {3.tcp.flags}?
expect: an ACK | a SYN | {3.tcp.sequence}
wrong: a SYN: That one opens.
hint: It opens nothing.
answer: An ACK.
stop: 8
states: client FIN_WAIT_1, server CLOSE_WAIT~
lab: last-ack-lost
hold: client>server ACK 2
ask: Drop it.
came: dropped, server LAST_ACK: It waits.
came: delivered: It is closed.
answer: So it is.
stop: 9
states: client FIN_WAIT_2~, server CLOSE_WAIT
ask: In which state is the server?
expect: server CLOSE_WAIT
answer: In CLOSE_WAIT.
"""

CHINESE = """\
title: 一课
about: 供测试
try: 输入：
  $ socat - TCP:127.0.0.1:7000
stop: 3
ask: {3.tcp.flags} 是什么？
expect: 确认 | 同步 | {3.tcp.sequence}
wrong: a SYN: 那个用来建立连接。
hint: 它不建立什么。
answer: 是 ACK。
stop: 8
ask: 丢弃它。
came: dropped, server LAST_ACK: 它在等。
came: delivered: 已关闭。
answer: 就是这样。
stop: 9
ask: 服务器处于哪个状态？
answer: CLOSE_WAIT。
"""

HEAD = "title, about, try, stop"
STOP = "stop, came, ask, answer, expect, accept, hint, wrong"


def change(line, text):
    lines = CHINESE.split("\n")
    lines[line - 1] = text
    return "\n".join(lines)


def without(line):
    lines = CHINESE.split("\n")
    del lines[line - 1]
    return "\n".join(lines)


def after(line, text):
    lines = CHINESE.split("\n")
    lines.insert(line, text)
    return "\n".join(lines)


def wrong():
    yield "empty", "", ": the lesson's title is not translated: before the first stop, add a line 'title: ...'"
    yield "no subject", without(2), ": the lesson's about is not translated: before the first stop, add a line 'about: ...'"
    yield "nothing to try", CHINESE.replace("try: 输入：\n  $ socat - TCP:127.0.0.1:7000\n", ""), (
        ": the lesson's try is not translated: before the first stop, add a line 'try: ...'")
    yield "another command", change(4, "  $ socat - TCP:127.0.0.1:8000"), (
        ":3: try: the lesson's next command here is '$ socat - TCP:127.0.0.1:7000'")
    yield "no command", without(4), ":3: try: the lesson's next command here is '$ socat - TCP:127.0.0.1:7000'"
    yield "a command too many", after(4, "  $ date"), ":3: try: the lesson has no command '$ date' here"
    yield "a key of the lesson's head", after(2, "capture: udp"), (
        f":3: capture comes from the lesson; a translation begins only with: {HEAD}")
    yield "a key of the lesson's stop", after(6, "states: client CLOSED, server CLOSED"), (
        f":7: states comes from the lesson; a translation's stop has only: {STOP}")
    yield "a sum", after(10, "sum: 1 = 1"), f":11: sum comes from the lesson; a translation's stop has only: {STOP}"
    yield "an unknown key", after(6, "question: x"), f":7: no key is called 'question'; a stop has: {STOP}"
    yield "a stop's key in the head", after(2, "ask: x"), ":3: ask belongs to a stop: put it after a line 'stop: N'"
    yield "another stop", change(5, "stop: 4"), ":5: the lesson's stop 1 is not translated: add a line 'stop: 3'"
    yield "a stop too few", CHINESE[:CHINESE.index("stop: 9")], ": the lesson's stop 3 is not translated: add a line 'stop: 9'"
    yield "a stop too many", CHINESE + "stop: end\nask: x\nanswer: y\n", ":19: stop: the lesson has only 3"
    yield "no number", change(5, "stop: 三"), ":5: stop: '三' is not the number of a packet, or end"
    yield "no question", without(6), ":5: this stop has no question: add a line 'ask: ...'"
    yield "no answer", without(10), ":5: this stop has no answer: add a line 'answer: ...'"
    yield "a field that is missing", change(6, "ask: 这是什么？"), ":6: ask: {3.tcp.flags} is missing, which the lesson has here"
    yield "a field that differs", change(6, "ask: {3.tcp.flags} 是 {2.tcp.flags} 吗？"), ":6: ask: the lesson has no {2.tcp.flags} here"
    yield "no field", change(6, "ask: {3.tcp.flag} 是什么？"), (
        ":6: 'tcp.flag' is no field; tcp has source_port, destination_port, sequence, acknowledgment, header_length, flags, window, "
        "checksum, urgent_pointer, options, payload_length")
    yield "a brace that stays open", change(7, "expect: {确认 | 同步 | {3.tcp.sequence}"), (
        ":7: {确认 | 同步 | {3.tcp.sequence} must begin with a packet's number: {3.tcp.sequence}")
    yield "a choice too few", change(7, "expect: 确认 | 同步"), (
        ":7: expect: the lesson has 3 choices, in this order: an ACK | a SYN | {3.tcp.sequence}")
    yield "choices in another order", change(7, "expect: 确认 | {3.tcp.sequence} | 同步"), (
        ":7: expect: the lesson has no {3.tcp.sequence} here")
    yield "a choice twice", change(7, "expect: 同步 | 同步 | {3.tcp.sequence}"), ":7: expect: '同步' is there twice"
    yield "a choice of a state", after(17, "expect: 关闭"), (
        ":18: expect: the lesson expects no choice and no word here; numbers and states need no translation")
    yield "a wrong choice that is accepted", after(7, "accept: 同步"), (
        ":8: accept: '同步' is a choice that the lesson calls wrong")
    yield "its original that is accepted", after(7, "accept: a syn"), (
        ":8: accept: 'a syn' is a choice that the lesson calls wrong")
    yield "an answer to a try", after(12, "accept: x"), ":13: accept: the lesson expects no answer to be typed here"
    yield "another wrong answer", change(8, "wrong: 同步: 那个用来建立连接。"), (
        ":8: wrong: the lesson has no '同步' here; write the answer as it is there: a SYN")
    yield "a wrong answer twice", after(8, "wrong: a SYN: x"), ":9: wrong: 'a SYN' has been given already for this stop"
    yield "a wrong answer too many", after(17, "wrong: CLOSED: x"), ":18: wrong: the lesson has only 0 here"
    yield "a wrong answer too few", without(8), (
        ":5: a wrong answer of this stop is not translated: add a line 'wrong: a SYN: ...'")
    yield "a hint too few", without(9), ":5: of the hints of this stop, 0 of 1 are translated: add a line 'hint: ...'"
    yield "a hint too many", after(9, "hint: x"), ":10: hint: the lesson has only 1 here"
    yield "something else that came", change(13, "came: dropped, server CLOSED: x"), (
        ":13: came: write what is seen as in line 18 of the lesson, and in the same order")
    yield "less that came", without(14), (
        ":11: what comes of this stop's try is translated in 1 of 2 cases: add a line 'came: ...' as in line 19 of the lesson")
    yield "more that came", after(14, "came: copied: x"), ":15: came: the lesson has only 2 here"
    yield "a long title", change(1, "title: " + 21 * "课"), ":1: title: 42 columns; at most 40 fit where it is shown"
    yield "no UTF-8", CHINESE.encode("gb18030"), ":1: byte 0xbf at column 10 is not UTF-8: save the file as UTF-8"
    yield "a cut word in an error", change(1, "标题的说明文字写得非常非常长而且没有冒号"), (
        ":1: '标题的说明文字写得非常非常' is not 'key: value'; a line that continues a value begins with a space, a comment with #")


# All that the program is told of a language: its name. Its own texts stay English, so that they can be compared.
LANGUAGE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgctxt "the name of the translation's folder, such as zh_CN"
msgid "en"
msgstr "%s"
"""


class Speaking:
    """A folder with the program and all captures, in which only lessons are in another language."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        os.makedirs(self.path("build"))
        shutil.copy(PROGRAM, self.path("build/wirestate"))
        self.language = None
        self.captures()

    def captures(self):
        os.symlink(os.path.join(ROOT, "captures"), self.path("captures"))

    def path(self, name):
        return os.path.join(self.temporary.name, name)

    def learn(self, language):
        folder = self.path(f"build/locale/{language}/LC_MESSAGES")
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["msgfmt", "-o", os.path.join(folder, "wirestate.mo"), "-"], input=LANGUAGE % language, text=True, check=True)
        self.language = language

    def run(self, *arguments, typed="", **environment):
        words = ("--language", self.language) if self.language and "LC_ALL" not in environment else ()
        return subprocess.run(["wirestate", "-n", *words, *arguments], executable=self.path("build/wirestate"), cwd=self.temporary.name,
                              input=typed, check=False, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "XDG_CONFIG_HOME": "/dev/null", **environment})


class Place(Speaking):
    """A folder with the program, captures, and lessons of its own: x.lesson and its translation."""

    def __init__(self, translation=None):
        super().__init__()
        self.learn("zh_CN")
        self.put("captures/x.lesson", LESSON)
        if translation is not None:
            self.put("captures/x.zh_CN.lesson", translation)

    def captures(self):
        os.makedirs(self.path("captures"))
        for path in glob.glob(os.path.join(ROOT, "captures/*.pcap")) + [os.path.join(ROOT, "captures/lab")]:
            os.symlink(path, self.path("captures/" + os.path.basename(path)))

    def put(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())


def check_errors(check):
    """A wrong translation is an error, which is the exit status, and the lesson is shown as it is."""
    place = Place()
    plain = place.run("--lesson", "captures/x.lesson", LC_ALL="C.UTF-8").stdout
    check(plain.startswith("A lesson\n for the tests\n") and " What is SYN" not in plain, f"the lesson itself:\n{plain}")
    for title, text, expected in wrong():
        place.put("captures/x.zh_CN.lesson", text)
        got = place.run("--lesson", "captures/x.lesson")
        message = f"wirestate: captures/x.zh_CN.lesson{expected}\n"
        check((got.returncode, got.stderr) == (2, message),
              f"translation: {title}: exit status {got.returncode}\n  expected {message}  got      {got.stderr}")
        check(got.stdout == plain, f"translation: {title}: the lesson is another one:\n{got.stdout}")


def check_fallback(check):
    """A lesson is listed and played in the language where it can be, and in its own where not."""
    place = Place(CHINESE)
    other = LESSON.replace("A lesson", "Another").replace("for the tests", "for them, too")
    place.put("captures/y.lesson", other)
    place.put("captures/z.lesson", other)
    place.put("captures/z.zh_CN.lesson", "title: 课\n")
    place.put("captures/alone.lesson", LESSON.replace("for the tests", "只有中文").replace("an ACK | a SYN", "确认 | 同步").replace("a SYN", "同步"))
    listed = place.run("--lesson")
    check([line.split(None, 1)[1] for line in listed.stdout.splitlines()] == ["只有中文", "供测试", "for them, too", "for them, too"],
          f"the list: {listed.stdout}")
    check(listed.returncode == 2 and listed.stderr.endswith("/captures/z.zh_CN.lesson: the lesson's about is not translated: before the "
                                                            "first stop, add a line 'about: ...'\n"), f"the list: {listed.stderr}")
    english = place.run("--lesson", LC_ALL="C.UTF-8")
    check("供测试" not in english.stdout and "for the tests" in english.stdout and not english.stderr, f"the list in English:\n{english}")
    for arguments, title in ((("x",), "一课"), (("y",), "Another"), (("alone",), "A lesson"), (("./captures/x.lesson",), "一课")):
        got = place.run("--lesson", *arguments, LC_ALL="zh_CN.UTF-8")
        check(got.returncode == 0 and got.stdout.startswith(title + "\n") and not got.stderr, f"--lesson {arguments}: {got}")
    for name in ("x.zh_CN", "x.zh_CN.lesson", "captures/x.zh_CN.lesson"):
        got = place.run("--lesson", name)
        check(got.returncode == 1 and re.search(r"is the translation of a lesson; to play that: wirestate --language zh_CN --lesson "
                                                r"\S*/x\.lesson\n$", got.stderr), f"--lesson {name}: {got}")
    page = place.path("x.html")
    got = place.run("--lesson", "x", "--export", page)
    with open(page, encoding="utf-8") as file:
        check(got.returncode == 0 and "那个用来建立连接" in file.read(), f"the page: {got}")


def check_scenarios(check):
    """A scenario of the lab whose translation is wrong goes on in English, and is an error, as a lesson's."""
    place = Place()
    os.unlink(place.path("captures/lab"))
    shutil.copytree(os.path.join(ROOT, "captures/lab"), place.path("captures/lab"))
    place.put("captures/lab/handshake.zh_CN.lab", "title: 握手\nabuot: 供测试\n")
    for arguments, shown in ((("--lab",), r"handshake +SYN, SYN-ACK, ACK: both"), (("--lab", "handshake"), r"1 connection at several points")):
        got = place.run(*arguments)
        check(got.returncode == 2 and re.match(r"wirestate: \S+/captures/lab/handshake\.zh_CN\.lab:2: no key is called 'abuot'; there are: title, about\n", got.stderr)
              and re.search(shown, got.stdout + got.stderr), f"{arguments}: {got}")
    check(place.run("--lab", LC_ALL="C.UTF-8").returncode == 0, "the lab's scenarios in English")


def check_answers(check):
    """Both languages' words are right, and the reasons are those of the translation."""
    place = Place(CHINESE)
    for typed, said in (("确认\n", "Right."), ("an ack\n", "Right."), ("ＡＣＫ\n", "Right."), ("同步\n", "那个用来建立连接。"),
                        ("a SYN\n", "那个用来建立连接。")):
        got = place.run("--lesson", "x", "--answers", typed=typed)
        check(said in got.stdout.split("== Stop 2")[0], f"{typed!r}:\n{got.stdout}{got.stderr}")


# ---- The words of a translation that comes with wirestate

ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
NAMES = re.compile(r"\b[a-z_]+\(\w*\)|\b[A-Z]+_[A-Z0-9_]+\b|\bRFC \d+\b|§[\d.]*\d|\b(?:SYN|FIN|RST|LISTEN|CLOSED|CLOSING|ESTABLISHED)\b")
ODD = re.compile("[“”‘’—…·]")  # of no certain width in a terminal


def glossary(language):
    """Returns [(English term, its translation, words that are not used for it)]."""
    rules = []
    path = os.path.join(ROOT, "src/language", language, "glossary.tsv")
    if not os.path.exists(path):
        return rules
    with open(path, encoding="utf-8") as file:
        for line in file:
            columns = line.rstrip("\n").split("\t")
            if len(columns) > 2 and not line.startswith("#"):
                rules.append((columns[0], columns[1], [word for word in columns[2].split() if not word.isascii()]))
    return rules


def texts_of(lesson):
    """Returns [(stop, key, text without commands)], those of one stop and key in the order of the file."""
    head, stops = lesson
    return sorted([(number, key, " ".join(line for line in text if not line.startswith("$ ")))
                   for number, pairs in enumerate([head, *stops]) for key, text in pairs
                   if key in ("title", "about", "try", "ask", "answer", "hint", "wrong", "came")], key=lambda one: one[:2])


def avoided(rules, english, own):
    """The words of a text that the glossary avoids for a term of the English one. Of terms that share letters the longer is right."""
    for term, better, words in rules:
        for word in words:
            rest = own
            for other in (rule[1] for rule in rules if word in rule[1]):
                rest = rest.replace(other, "")
            if word in rest and re.search(rf"\b{re.escape(term)}", english, re.I):
                yield f"{word} is {better} in the glossary"


def check_words(check, where, language, original, translated):
    """A translation has the names of the lesson's text, no English outside quotes and brackets, and the glossary's terms."""
    rules = glossary(language)
    for (number, key, english), (_, _, own) in zip(texts_of(original), texts_of(translated)):
        place = f"{where}, stop {number}, {key}"
        if key in ("wrong", "came"):
            english, own = english.split(": ", 1)[1], re.split(": |：", own, maxsplit=1)[1]
        bare = re.sub(r"\"[^\"]*\"|（[^）]*）|\{[^}]*\}|-\w+ state [\w-]+", "", own)
        check(not ENGLISH.findall(bare), f"{place}: English is left: {ENGLISH.findall(bare)}")
        lacking = set() if key == "title" else set(NAMES.findall(english)) - set(NAMES.findall(own))
        check(not lacking, f"{place}: it lacks {', '.join(sorted(lacking))}: {own}")
        wrong = list(avoided(rules, english, own))
        check(not wrong, f"{place}: {'; '.join(wrong)}: {own}")
        check(not ODD.findall(own), f"{place}: {''.join(ODD.findall(own))} has no certain width in a terminal: {own}")


def check_all(check):
    if not shutil.which("msgfmt"):
        return "msgfmt is not installed"
    check_errors(check)
    check_fallback(check)
    check_scenarios(check)
    check_answers(check)
    return None
