"""Every way in which a job's code may show a value. Run as a program: the values as JSON on stdin."""

import base64
import json
import logging
import os
import pprint
import subprocess
import sys
import threading
import traceback
import urllib.parse
import warnings


def plain(value):
    print(value)


def f_string(value):
    print(f"value={value!s:>4}; {{{value}}}")


def percent(value):
    print("value=%s, %r" % (value, value))  # noqa: UP031


def representation(value):
    print(repr(value), [value], {"k": (value, {value})})


def nested_representation(value):
    print(repr([repr(value)]), ascii(value))


def logging_with_args(value):
    logging.getLogger("job").warning("value %s and %r", value, {"k": value})


def logging_exception(value):
    try:
        raise ValueError(value)
    except ValueError:
        logging.getLogger("job").exception("failed")


def logging_extra(value):
    formatter = logging.Formatter("%(message)s %(user)s")
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(formatter)
    logger = logging.getLogger("extra")
    logger.propagate = False
    logger.handlers = [handler]
    logger.error("with extra", extra={"user": value})


def exception(value):
    try:
        raise RuntimeError(f"cannot sign in with {value}")
    except RuntimeError:
        traceback.print_exc()


def chained_exception(value):
    try:
        try:
            raise KeyError(value)
        except KeyError as error:
            raise RuntimeError("later") from error
    except RuntimeError:
        traceback.print_exc()


def exception_with_locals(value):
    held = value
    try:
        raise RuntimeError("failed")
    except RuntimeError as error:
        print("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    del held


def thread_traceback(value):
    def run():
        raise RuntimeError(f"in a thread: {value}")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def except_hook(value):
    error = RuntimeError(value)
    sys.excepthook(RuntimeError, error, None)


def warning(value):
    warnings.warn(f"careful with {value}", stacklevel=1)


def json_dumps(value):
    print(json.dumps({"k": [value]}), json.dumps({"k": value}, ensure_ascii=False, indent=2))


def json_in_json(value):
    print(json.dumps({"body": json.dumps({"k": value})}))


def pretty(value):
    pprint.pprint({"key": value, "more": ["x" * 70, value]})
    pprint.pprint(value.encode(), width=30)
    pprint.pprint([value], width=20)


def raw_bytes(value):
    print(value.encode())
    sys.stdout.buffer.write(value.encode() + b"\n")
    sys.stdout.buffer.raw.write(b"\xff\xfe" + value.encode()[:3])
    sys.stdout.buffer.write(value.encode()[3:] + b"\n")


def display_hook(value):
    sys.displayhook(value)
    sys.displayhook([value])


def own_subprocess(value):
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    done = subprocess.run([sys.executable, "-c", code], input=value.encode(), capture_output=True, check=True)
    print(done.stdout.decode(), done.stdout)


def two_writes(value):
    for at in range(1, len(value), max(1, len(value) // 12)):
        sys.stdout.write(value[:at])
        sys.stdout.flush()
        sys.stdout.write(value[at:])
        sys.stdout.write("\n")
    for character in value:
        print(character, end="", flush=True)
    print()
    sys.stdout.writelines([value[:5], value[5:], "\n"])


def ansi(value):
    print(f"\x1b[1m{value}\x1b[0m")
    print("\x1b[31m" + value[:4] + "\x1b[0m\x1b[32m" + value[4:] + "\x1b[0m")
    sys.stdout.write(value[:5] + "\x1b[3")
    sys.stdout.flush()
    sys.stdout.write("3m" + value[5:] + "\n")
    print("\x1b[0m".join(value))


def encoded(value):
    data = value.encode()
    print(base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode())
    for user in ("", "a", "ab", "abc"):
        print("Basic", base64.b64encode(f"{user}:".encode() + data + b":x").decode())
    print(urllib.parse.quote(value), urllib.parse.quote_plus(value), urllib.parse.urlencode({"k": value}))
    print(urllib.parse.quote(value, safe=""), data.hex())


def adjacent(value):
    print(value + value + value, value[-3:] + value, value + value[:5])


def stderr(value):
    print(value, file=sys.stderr)
    os.environ["X"] = value.replace("\0", "")
    print(os.environ["X"], dict(os.environ)["X"], file=sys.stderr)


WAYS = [
    plain, f_string, percent, representation, nested_representation, logging_with_args, logging_exception, logging_extra,
    exception, chained_exception, exception_with_locals, thread_traceback, except_hook, warning, json_dumps,
    json_in_json, pretty, raw_bytes, display_hook, own_subprocess, two_writes, ansi, encoded, adjacent, stderr,
]  # fmt: skip


MARK = "way of printing: "


def main():
    # A handler that was there before the package holds the stream itself.
    logging.basicConfig(level=logging.INFO)
    warnings.simplefilter("always")
    from databricks_secretless import redact

    values = json.load(sys.stdin)
    for value in values:
        redact(value)
    for way in WAYS:
        # In both outputs, on a line of its own.
        for stream in (sys.stdout, sys.stderr):
            print(f"\n{MARK}{way.__name__}", file=stream, flush=True)
        for number, value in enumerate(values):
            print(f"begin {number}")
            way(value)


if __name__ == "__main__":
    main()
