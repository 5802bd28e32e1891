"""Forty values such as people keep: letters, quotes, spaces, lines, other scripts, tokens, keys."""

import random

_RANDOM = random.Random(20261128)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _text(length, alphabet=_ALPHABET):
    return "".join(_RANDOM.choice(alphabet) for _ in range(length))


SECRETS = [
    *[_text(8) for _ in range(4)],
    *[_text(length) for length in (9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32, 33, 64)],
    *[_text(20, _ALPHABET + "+/=&%?#$ !") for _ in range(4)],
    "p@ss\"word's/\\end",
    "käse-brötchen-ß",
    "пароль-密码-🔑🔑",
    "tabulated\tand\nanother line",
    "-----BEGIN PRIVATE KEY-----\n" + "\n".join(_text(64) for _ in range(5)) + "\n-----END PRIVATE KEY-----\n",
    "eyJhbGciOiJSUzI1NiJ9." + _text(900, _ALPHABET + "-_") + "." + _text(342, _ALPHABET + "-_"),
    "eyJhbGciOiJSUzI1NiJ9." + _text(120, _ALPHABET + "-_") + "." + _text(86, _ALPHABET + "-_"),
    "dapi" + _text(32, "0123456789abcdef"),
    "AccountKey=" + _text(86) + "==",
    "hvs." + _text(90),
    '{"client": "a-client", "key": "' + _text(30) + '"}',
    "<xml>" + _text(20) + "&amp;</xml>",
    "a" * 12,
    "word another word and a third one that makes this value longer than one line of eighty characters is " + _text(30),
    _text(2000),
    "\x1b[31m" + _text(14),
    "''''" + '""""' + _text(8),
    "\\n\\t\\\\" + _text(8),
    "%41%42" + _text(10),
]
assert len(SECRETS) == 40 == len(set(SECRETS)), len(SECRETS)
