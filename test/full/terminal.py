"""Runs a command in a terminal of its own and answers its questions.

Arguments: a JSON list of [text that the question contains, answer], then the command. Ends with the command's exit code,
or with 1 and what stands on the screen if a question never comes.
"""

import json
import os
import pty
import re
import sys

questions = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])

screen = ""
raw = b""
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    raw += data
    # A terminal says where its cursor stands and what its background is.
    if b"\x1b[6n" in data:
        os.write(terminal, b"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[1;1R")
    text = re.sub(r"\x1b\][^\x1b]*\x1b\\", "", data.decode(errors="replace"))
    screen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    if questions and questions[0][0] in screen:
        screen = screen.split(questions[0][0], 1)[1]
        os.write(terminal, (questions.pop(0)[1] + "\r").encode())
_, status = os.waitpid(pid, 0)
print(raw.decode(errors="replace") if questions else screen)
sys.exit(1 if questions else os.waitstatus_to_exitcode(status))
