"""Turn the wearer's catalogues (`src/fairtag/web/words/po`) into what the app and server read.

Run `.venv/bin/python tools/words.py` after a change of a catalogue; with `--check` nothing is
written, and it exits 1 when a catalogue is incomplete or what is compiled is old. The source is
English and stands in `wearer.pot`; the context of a message is its code.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

HOME = Path(__file__).parents[1] / "src" / "fairtag" / "web" / "words"
_LINE = re.compile(r'^(?:(msgctxt|msgid|msgstr)\s+)?(".*")$')
_PLACE = re.compile(r"\{\w+\}")


@dataclass(slots=True)
class Message:
    """One message of a catalogue."""

    msgctxt: str = ""
    msgid: str = ""
    msgstr: str = ""
    flags: set[str] = field(default_factory=set)


def read(text: str) -> tuple[dict[str, str], list[Message]]:
    """Read a gettext catalogue: its header, and its messages in order.

    Raises: ValueError for a line that is none of a catalogue's.
    """
    messages: list[Message] = []
    flags: set[str] = set()
    part = ""
    for number, line in enumerate(text.splitlines(), start=1):
        told = line.strip()
        if told.startswith("#"):
            flags |= set(told[2:].replace(",", " ").split()) if told.startswith("#,") else set()
            continue
        if not told:
            continue
        found = _LINE.match(told)
        if found is None:
            message = f"line {number} is none of a catalogue's: {told!r}"
            raise ValueError(message)
        if found[1] == "msgctxt" or (found[1] == "msgid" and part != "msgctxt"):
            messages.append(Message(flags=flags))
            flags = set()
        part = found[1] or part
        value = getattr(messages[-1], part) + ast.literal_eval(found[2])
        setattr(messages[-1], part, value)
    head = messages[0].msgstr if messages and not messages[0].msgid else ""
    pairs = (line.partition(":") for line in head.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}, messages[1:]


def faults(template: list[Message], messages: list[Message]) -> list[str]:
    """List what a catalogue lacks, has too much, or says with other places than the source."""
    wanted = {one.msgctxt: one.msgid for one in template}
    held = {one.msgctxt: one for one in messages}
    found = [f"{code} is missing" for code in wanted if code not in held]
    found += [f"{code} is in no source" for code in held if code not in wanted]
    found += [f"{one.msgctxt} stands twice" for one in messages if held[one.msgctxt] is not one]
    for code, one in held.items():
        if not one.msgstr.strip() or "fuzzy" in one.flags:
            found.append(f"{code} is not translated")
        elif code in wanted and one.msgid != wanted[code]:
            found.append(f"{code} translates an older sentence")
        elif set(_PLACE.findall(one.msgid)) != set(_PLACE.findall(one.msgstr)):
            found.append(f"{code} has other places")
    return found


def compiled(header: dict[str, str], words: dict[str, str]) -> str:
    """Write a catalogue as the app reads it."""
    told = {
        "language": header["Language"],
        "name": header["X-Name"],
        "dir": header["X-Direction"],
        "reviewed": header["X-Reviewed"] != "no",
        "words": words,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def built(home: Path) -> tuple[dict[str, str], list[str]]:
    """Compile every catalogue; gives files by name, and what is wrong."""
    source, template = read((home / "po" / "wearer.pot").read_text(encoding="utf-8"))
    files = {"en.json": compiled(source, {one.msgctxt: one.msgid for one in template})}
    wrong: list[str] = []
    for path in sorted((home / "po").glob("*.po")):
        header, messages = read(path.read_text(encoding="utf-8"))
        wrong += [f"{path.name}: {fault}" for fault in faults(template, messages)]
        files[f"{path.stem}.json"] = compiled(header, {m.msgctxt: m.msgstr for m in messages})
    return files, wrong


def main(argv: list[str]) -> int:
    """Compile, or see whether what is compiled is whole and new."""
    files, wrong = built(HOME)
    for name, text in files.items():
        path = HOME / "compiled" / name
        is_new = path.exists() and path.read_text(encoding="utf-8") == text
        if "--check" in argv and not is_new:
            wrong.append(f"{name} is old: run tools/words.py")
        elif not wrong:
            path.write_text(text, encoding="utf-8")
    for one in wrong:
        print(one, file=sys.stderr)  # noqa: T201 - a tool speaks to its user
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
