"""The manual pages of each language against the English ones: the same sections, entries, tables and examples in the same order,
and in each section the same options and fields. Their titles and sentences are the language's own."""
import glob
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = {"wirestate": "src/cli/wirestate.1.in", "wirestate-nats": "src/nats/wirestate-nats.1.in"}
# Names of options, fields and variables.
NAMES = re.compile(r"(?<![\w-])--[a-z][a-z-]+|\b[a-z]+(?:_[a-z0-9]+)+\b|\b[A-Z]{2,}(?:_[A-Z0-9]+)+\b")


def plain(text):
    """Without roff's fonts and escapes."""
    text = re.sub(r"\\\[u([0-9A-F]{4,5})\]", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\f[BIR]", "", text).replace("\\-", "-").replace("\\:", "").replace("\\~", " ").replace("\\c", "")


def tag(line):
    """What an entry is about, without what stands in brackets, which is translated; a word of the language counts as no name."""
    words = re.sub(r"[(（].*", "", plain(re.sub(r'^\.\w+ |"', "", line))).split()
    return " ".join(words) if all(word.isascii() for word in words) and words != ["none"] else ""


def sections(text):
    """A list of the page's sections: (.SH or .SS, the parts in their order, the names in it)."""
    found = [["", [], ""]]
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if re.match(r"\.S[HS] ", line):
            found.append([line[:3], [], ""])
        elif line.startswith(".TP"):
            found[-1][1].append(("entry", tag(lines[at + 1])))
        elif line.startswith(".IP"):
            found[-1][1].append(("point",))
        elif re.fullmatch(r"@\w+@", line):
            found[-1][1].append(("table", line))
        elif line in (".EX", ".nf"):
            end = next(after for after in range(at, len(lines)) if lines[after] in (".EE", ".fi"))
            found[-1][1].append(("example", lines[at + 1:end]))
        if not line.startswith('.\\"'):
            found[-1][2] += plain(line) + "\n"
    return [(kind, parts, set(NAMES.findall(words))) for kind, parts, words in found]


def same_example(english, translated):
    """The commands are the same; a line with other characters than ASCII is a translated text."""
    return len(english) == len(translated) and all(
        one == other or not other.isascii() for one, other in zip(english, translated))


def compare(check, name, english, translated):
    check(len(english) == len(translated), f"{name}: {len(translated)} sections; the English page has {len(english)}")
    for number, (one, other) in enumerate(zip(english, translated)):
        where = f"{name}: section {number}"
        check(one[0] == other[0], f"{where} begins with {other[0]}, not {one[0]}")
        kinds = [[part if part[0] != "example" else ("example",) for part in parts] for parts in (one[1], other[1])]
        check(kinds[0] == kinds[1], f"{where} has {kinds[1]}, not {kinds[0]}")
        examples = [[part[1] for part in parts if part[0] == "example"] for parts in (one[1], other[1])]
        for first, second in zip(*examples):
            check(same_example(first, second), f"{where}: another example: {second}, not {first}")
        check(one[2] <= other[2], f"{where} does not name {sorted(one[2] - other[2])}")


def generated(program, path, *words):
    done = subprocess.run([program, *words, "--generate", "man", path], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    return done.stdout if done.returncode == 0 else f"\n{done.stderr}"


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def check_all(check, program):
    languages = sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(ROOT, "src/language/*/wirestate.1.in")))
    check("zh_CN" in languages, f"only these languages have a manual: {languages}")
    for language in languages:
        for name, path in PAGES.items():
            own = f"src/language/{language}/{name}.1.in"
            compare(check, own, sections(read(path)), sections(read(own)))
        compare(check, f"--language {language} --generate man", sections(generated(program, PAGES["wirestate"])),
                sections(generated(program, f"src/language/{language}/wirestate.1.in", "--language", language)))
