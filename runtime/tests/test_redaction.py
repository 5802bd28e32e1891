"""What a job prints shows none of the values, in any way of printing; and everything else unchanged."""

import io
import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest
from support.secrets_of_all_kinds import SECRETS
from support.ways import MARK, WAYS

from databricks_secretless import ValueTooShortError, redact
from databricks_secretless._registry import REDACTED, Registry
from databricks_secretless._streams import redacting

HERE = Path(__file__).parent
WINDOW = 8


def windows(value):
    """Every piece of eight characters of a value's secret part, as it may be seen in an output."""
    lines = [line for line in value.splitlines() if not line.startswith("-----")]
    return {line[at : at + WINDOW] for line in lines for at in range(len(line) - WINDOW + 1)}


@pytest.fixture(scope="module")
def shown():
    """What one process shows of all values, by way."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent / "src"), str(HERE)])}
    environment |= {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": ""}
    done = subprocess.run(
        [sys.executable, str(HERE / "support" / "ways.py")],
        input=json.dumps(SECRETS).encode(),
        capture_output=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:].decode(errors="replace").encode("ascii", "replace")
    found = {}
    for output in (done.stdout, done.stderr):
        for part in output.decode("utf-8", "surrogateescape").split(f"\n{MARK}")[1:]:
            name, _, text = part.partition("\n")
            found[name] = found.get(name, "") + text
    return found


@pytest.mark.parametrize("way", [way.__name__ for way in WAYS])
def test_forty_values_are_visible_in_no_way(way, shown):
    seen = shown[way]
    assert REDACTED in seen
    assert f"begin {len(SECRETS) - 1}" in seen
    visible = [number for number, value in enumerate(SECRETS) if any(piece in seen for piece in windows(value))]
    assert visible == []
    assert seen.count(REDACTED) >= len(SECRETS)


def test_the_oracle_sees_values_where_nothing_redacts_them():
    assert all(any(piece in f"x{value}x" for piece in windows(value)) for value in SECRETS)


def stream(*values):
    registry = Registry()
    for value in values:
        registry.add(value)
    behind = io.StringIO()
    return redacting(behind, registry), behind


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_pieces_the_result_is_that_of_the_whole(seed):
    chance = random.Random(seed)
    values = chance.sample(SECRETS, chance.randint(1, len(SECRETS)))
    registry = Registry()
    for value in values:
        registry.add(value)
    text = ""
    for _ in range(60):
        value = chance.choice(values)
        cut = chance.randint(0, len(value))
        text += chance.choice(
            ["\n", " ", "x", "'", "'\n ", "\x1b[0m", value, value, value[:cut], value[cut:], "ordinary text "]
        )
    behind = io.StringIO()
    front = redacting(behind, registry)
    at = 0
    while at < len(text):
        length = chance.choice([1, 2, 3, 7, 40, 1000])
        front.write(text[at : at + length])
        if chance.random() < 0.3:
            front.flush()
        at += length
    front.release()
    shown = behind.getvalue()
    for value in values:
        assert value not in shown
    if "\x1b" not in text and "'\n" not in text and not any(mark in value for value in values for mark in "\x1b'\""):
        assert shown == registry.redact(text)


@pytest.mark.parametrize("size", [8, 14, 15, 22, 23, 38, 39, 70, 71, 72, 200, 1500])
@pytest.mark.parametrize("others", [0, 12])
def test_a_value_of_any_length_is_found_wherever_it_stands(size, others):
    chance = random.Random(size * 100 + others)
    alphabet = string.ascii_letters + string.digits + "-_.~!$"
    registry = Registry()
    value = "".join(chance.choices(alphabet, k=size))
    registry.add(value)
    for _ in range(others):
        registry.add("".join(chance.choices(alphabet, k=chance.choice([9, 20, 40, 900]))))
    for _ in range(8):
        before, after = (" " * chance.randint(0, 90) for _ in range(2))
        behind = io.StringIO()
        front = redacting(behind, registry)
        cut = chance.randint(0, size)
        for part in (before + value[:cut], value[cut:] + after + before, value, after):
            front.write(part)
        front.release()
        assert behind.getvalue() == f"{before}{REDACTED}{after}{before}{REDACTED}{after}"


@pytest.mark.parametrize("seed", range(6))
def test_ordinary_text_comes_out_as_it_is(seed):
    chance = random.Random(seed)
    front, behind = stream(*SECRETS)
    text = "".join(
        chance.choice(["INFO", " row ", "\n", "\r", "'", "\x1b[1m", "é", "密", "12", "\t", '"\n"']) for _ in range(3000)
    )
    at = 0
    while at < len(text):
        length = chance.randint(1, 300)
        front.write(text[at : at + length])
        at += length
    front.release()
    assert behind.getvalue() == text


def test_only_what_may_begin_a_value_is_held_back():
    front, behind = stream("correct-horse-battery")
    front.write("name: corr")
    assert behind.getvalue() == "name: "
    front.write("ect answer")
    assert behind.getvalue() == "name: correct answer"
    front.write(" correct-horse-")
    front.flush()
    assert behind.getvalue() == "name: correct answer "
    front.write("battery.")
    assert behind.getvalue() == f"name: correct answer {REDACTED}."
    front.write("cor")
    front.close()
    assert behind.closed


def test_what_was_held_back_is_shown_at_the_end():
    code = "from databricks_secretless import redact; redact('correct-horse'); print('done, corr', end='')"
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout == b"done, corr"


@pytest.mark.parametrize("value", ["", "1234567", "        ", "\n\t \n\t \n\t "])
def test_values_that_cannot_be_redacted_are_refused(value):
    with pytest.raises(ValueTooShortError) as caught:
        redact(value)
    assert "eight" in caught.value.remedy or "8" in caught.value.remedy
    assert not value or f"'{value}'" not in str(caught.value)


def test_a_stream_stays_usable():
    behind = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", newline="")
    registry = Registry()
    registry.add("correct-horse-battery")
    front = redacting(behind, registry)
    front.buffer.write(b"\xff raw \xe4\n")
    print("text ä", file=front)
    assert (front.encoding, front.isatty(), front.writable(), front.closed) == ("latin-1", False, True, False)
    front.reconfigure(line_buffering=True)
    print("one correct-horse-battery", file=front)
    assert behind.buffer.getvalue() == b"\xff raw \xe4\ntext \xe4\none [REDACTED]\n"
    with pytest.raises(UnicodeEncodeError):
        print("密", file=front, flush=True)
    with pytest.raises(TypeError):
        front.write(b"bytes")


def test_many_threads_print_whole_lines():
    import threading

    front, behind = stream(*SECRETS)

    def work(number):
        for _ in range(50):
            front.write(f"thread {number} {SECRETS[number]}\n")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(SECRETS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    front.release()
    lines = behind.getvalue().splitlines()
    assert sorted(lines) == sorted(f"thread {number} {REDACTED}" for number in range(len(SECRETS)) for _ in range(50))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_prints_though_a_thread_held_the_stream():
    code = """
import os, sys, threading
from databricks_secretless import redact
redact("correct-horse-battery")
print("pending", end="")
held, go = threading.Event(), threading.Event()
def hold():
    with sys.stdout._pipe.lock:
        held.set(); go.wait(30)
threading.Thread(target=hold, daemon=True).start()
held.wait(30)
pid = os.fork()
if pid == 0:
    print("child correct-horse-battery", flush=True)
    os._exit(0)
os.waitpid(pid, 0)
go.set()
print(" parent", flush=True)
"""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "PYTHONUNBUFFERED": ""}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, env=environment, timeout=60, check=True
    )
    assert done.stdout == b"child [REDACTED]\npending parent\n"
