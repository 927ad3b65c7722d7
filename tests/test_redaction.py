"""What must not be written is found in every spelling; what is no secret is left alone."""

from __future__ import annotations

import base64
import json
import secrets
import textwrap
import time
import uuid
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.canonical import canonical, located
from cab_core.needles import is_secret
from cab_core.records import Harvest, Step
from cab_core.redaction import Redactor, Stream

KEY = "sk-proj-4fQ7/xT+29bLmZ0=kVwEr81Yu_cDnHs3"
B64 = base64.b64encode


def percent(text: str, form: str = "%{:02x}") -> str:
    """Return a text with every byte escaped as in a URL."""
    return "".join(form.format(b) for b in text.encode())


SPELLINGS = {
    "plain": KEY,
    "JSON": KEY.replace("/", "\\/"),
    "JSON in JSON": json.dumps(json.dumps({"k": KEY.replace("s", "\\u0073")})),
    "escaped": "".join(f"\\u{ord(c):04X}" for c in KEY),
    "URL": quote(KEY, safe=""),
    "URL, lower case": quote(KEY, safe="").lower().replace(KEY.lower(), KEY),
    "URL, all of it": percent(KEY),
    "URL, in part": KEY[:9] + percent(KEY[9:20], "%{:02X}") + KEY[20:],
    "URL, twice": quote(quote(KEY, safe=""), safe=""),
    "UTF-16": KEY.encode("utf-16-le").decode(),
    "hex": KEY.encode().hex(),
    "hex in mixed case": "".join(c.upper() if n % 3 else c for n, c in enumerate(KEY.encode().hex())),
    "hex with blanks": KEY.encode().hex(" "),
    "HEX": KEY.encode().hex().upper(),
    "wrapped": KEY[:11] + "\r\n" + KEY[11:],
    "coloured": KEY[:11] + "\x1b[1;31m" + KEY[11:] + "\x1b[0m",
    "coloured at length": KEY[:11] + "\x1b[0m" * 2000 + KEY[11:],
    "coloured everywhere": "\x1b[38:5:1m".join(KEY),
    "steered": KEY[:11] + "\x1b[>0m\x1b[K\x1b(B\x1b[!p" + KEY[11:],
    "wrapped and indented": KEY[:11] + "\r\n   \t" + KEY[11:],
    "wrapped at length": KEY[:11] + "\n" * 4000 + KEY[11:],
    "backslashes": KEY[:11] + "\\" * 4000 + KEY[11:],
    "coloured in JSON": json.dumps(KEY[:11] + "\x1b[31m" + KEY[11:]),
    **{f"base64 {n}": B64(b"x" * n + KEY.encode() + b"y").decode() for n in range(4)},
    "base64 of a header": B64(f"Bearer {KEY}".encode()).decode(),
    "base64 of a user": B64(f"user:{KEY}".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"user:{KEY}".encode()).decode(),
    "base64 in a URL": quote(B64(f"user:{KEY}".encode()).decode(), safe=""),
    "base64 in JSON": B64(f"a:{KEY}".encode()).decode().replace("/", "\\/"),
    "base64 indented": "\n    ".join(textwrap.wrap(B64(b"xy" + KEY.encode() * 2).decode(), 20)),
    "base64 on two lines": B64(KEY.encode()).decode()[:20] + "\n" + B64(KEY.encode()).decode()[20:],
}
# The URL's escapes in lower case alone: the key keeps its case.
SPELLINGS["URL, lower case"] = "".join(c if c.isalnum() else percent(c) for c in KEY)


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_is_found(spelled: str) -> None:
    """What is left holds nothing of its middle; what stands around it stays."""
    clean = Redactor({KEY: "[key]"}).text(f"it is {spelled}, they say")
    assert clean.startswith("it is ") and clean.endswith(", they say") and "[key]" in clean
    middle = len(spelled) // 2
    assert spelled[middle - 5 : middle + 5] not in clean


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_pieces_make_no_difference(spelled: str, size: int) -> None:
    """However a stream is cut, what is written is what one piece would have given."""
    data = f"it is {spelled}, they say: {spelled}{spelled}.\n".encode()
    redactor = Redactor({KEY: "[key]"})
    stream = Stream(redactor)
    out = b"".join(stream.feed(data[i : i + size]) for i in range(0, len(data), size)) + stream.close()
    assert out == redactor.data(data)


@given(
    st.lists(
        st.sampled_from([KEY, KEY[:7], KEY[7:], "s", "\\", "\\u00", "73", "%", "\n", "/home/al", "ice", "/"])
    )
)
def test_no_cut_of_a_stream_lets_the_key_through(parts: list[str]) -> None:
    """Whatever comes before, between and after."""
    redactor = Redactor({KEY: "[key]"})
    redactor.hide_path("/home/al", "~")
    stream = Stream(redactor)
    out = b"".join(stream.feed(p.encode()) for p in parts) + stream.close()
    assert out == redactor.data("".join(parts).encode())
    assert KEY.encode() not in out.replace(b"\n", b"").replace(b"\\", b"")


@given(st.binary(max_size=300))
def test_what_holds_no_secret_is_left_as_it_is(data: bytes) -> None:
    """Byte for byte, in one piece and in many."""
    redactor = Redactor({KEY: "[key]"})
    stream = Stream(redactor)
    assert redactor.data(data) is data
    assert b"".join(stream.feed(data[i : i + 1]) for i in range(len(data))) + stream.close() == data


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_record_stays_one(before: str, after: str) -> None:
    """Whatever stands beside the key, also half an escape: texts are cleaned, not the JSON around them."""
    found = Harvest(transcript=(Step(role="tool", text=f"{before}{KEY}{after}", tool="t"),), failure=KEY)
    clean = Redactor({KEY: "[key]"}).record(found)
    assert "[key]" in clean.transcript[0].text and clean.failure == "[key]"
    assert clean.transcript[0].role == "tool"


_PIECES = [
    *SPELLINGS.values(),
    "\\",
    "\\\\",
    "\\u00",
    "u0073",
    "73",
    "%",
    "%7",
    "\x1b",
    "\x1b[1",
    "\ufffd",
    "/home/al",
    "",
]


@given(st.dictionaries(st.sampled_from(_PIECES), st.lists(st.sampled_from(_PIECES), max_size=4), max_size=4))
def test_a_record_is_cleaned_text_by_text(value: dict[str, list[str]]) -> None:
    """Whatever its neighbours end and begin with: that all are searched at once changes nothing."""
    redactor = Redactor({KEY: "[key]"})
    redactor.hide_path("/home/al", "~")
    clean = {redactor.text(key): [redactor.text(text) for text in texts] for key, texts in value.items()}
    assert redactor.record(value) == clean


@pytest.mark.parametrize(
    "text", ["x", "none", "test", "key", "token", "EMPTY", "lm-studio", "ollama", "changeme", "your-api-key",
             "sk-no-key-required", "YOUR_OPENAI_API_KEY", "not-needed-here", "sk-1234", "Your-Api-Key-Here",
             "sk-xxxxxxxxxxxxxxxxxxxxxxxx", "sk-00000000000000000000", "insert your key here please", ""],
)  # fmt: skip
def test_a_placeholder_is_no_secret(text: str) -> None:
    """It is short, or words, or one character again and again."""
    assert not is_secret(text)


@pytest.mark.parametrize("make", [lambda: f"sk-{secrets.token_urlsafe(24)}", lambda: secrets.token_hex(16),
                                  lambda: str(uuid.uuid4()), lambda: f"gsk_{secrets.token_urlsafe(16)}",
                                  lambda: "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(32))])  # fmt: skip
def test_a_random_key_is_a_secret(make) -> None:
    """Of whatever alphabet: of a thousand keys none is taken for words."""
    assert all(is_secret(make()) for _ in range(1000))


def test_a_path_is_hidden_as_a_whole() -> None:
    """Not the beginning of another name; the longer of two that lie in each other."""
    redactor = Redactor()
    redactor.hide_path("/home/al", "~")
    redactor.hide_path("/home/al/.cache/cab", "$CAB_CACHE")
    said = 'in /home/al. At "/home/al/.cache/cab/clis", not /home/alice, /home/al-2'
    assert redactor.text(said) == 'in ~. At "$CAB_CACHE/clis", not /home/alice, /home/al-2'
    assert not redactor.seen


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("(at /srv/al/src/foo/adapter.py:15)", "(at foo/adapter.py:15)"),
        ('File "/srv/al/src/foo/adapter.py", line 15', 'File "foo/adapter.py", line 15'),
        ("file:///srv/al/src/foo/a b.json", "file://foo/a b.json"),
        ("in /srv/al/src, or '/srv/al/src/'", "in ., or ''"),
        ("/srv/al/src/.cache/cab/clis and /srv/al/.ssh", "$CAB_CACHE/clis and ~/.ssh"),
        ("/srv/al/src-2/x /srv/al/srcs /mnt/srv/al/src/x", "~/src-2/x ~/srcs /mnt~/src/x"),
    ],
)
def test_of_code_the_place_in_it_is_left(said: str, told: str) -> None:
    """In texts alone, what lies below a directory of code is told from there on."""
    redactor = Redactor()
    redactor.hide_path("/srv/al", "~")
    redactor.hide_path("/srv/al/src/.cache/cab", "$CAB_CACHE")
    redactor.hide_root("/srv/al/src")
    assert redactor.text(said) == told
    assert redactor.record({"at": (said,)}) == {"at": (told,)}
    assert b"/src" in redactor.data(b"/srv/al/src/foo") and not redactor.seen


def test_a_large_body_is_watched_in_little_time() -> None:
    """20 MB in the pieces in which they come: no piece holds up the loop, and the whole takes a part of a second."""
    piece = (b'data: {"choices": [{"delta": {"content": "\\n    return 100 % of it"}}]}\n\n' * 1000)[
        : 1 << 16
    ]
    look = Redactor({KEY: "[key]"}).watch()
    longest = 0.0
    for _ in range(20_000_000 // len(piece)):
        start = time.perf_counter()
        assert not look(piece)
        longest = max(longest, time.perf_counter() - start)
    assert longest < 0.1


def test_a_key_on_two_pieces_is_seen() -> None:
    """An answer comes in pieces of any size."""
    look = Redactor({KEY: "[key]"}).watch()
    assert [look(p) for p in (b"a" * 500 + KEY[:20].encode(), KEY[20:].encode())] == [False, True]


@pytest.mark.parametrize("way", [w for w, s in SPELLINGS.items() if w != "JSON in JSON" and len(s) < 2000])
def test_half_a_key_at_the_end_of_a_text_is_known(way: str) -> None:
    """Whoever cut it before it was cleaned: all but a few characters at either end are gone."""
    redactor, core = Redactor({KEY: "[key]"}), SPELLINGS[way].strip('"')
    for size in range(len(core) * 3 // 4, len(core)):
        for cut in (f"it is {core[:size]}", f"{core[-size:]} it is"):
            clean = redactor.text(cut)
            assert core[len(core) // 2 - 5 : len(core) // 2 + 5] not in clean and "[key]" in clean
            assert "it is" in clean


@pytest.mark.parametrize("key", [KEY, "sk-abcd1234efgh5678ijklmn", "sk-ant-api03-Xy7Kq2Lm9Pw4Rt6Zv8", "8f3a9c0d1e2b4f5a6c7d8e9f0a1b2c3d"])  # fmt: skip
def test_a_piece_is_replaced_wherever_it_was_cut(key: str) -> None:
    """Of sixteen characters anywhere, of whatever spelling of them, not two are left."""
    redactor = Redactor({key: "[key]"})
    for start in range(len(key) - 15):
        for stop in range(start + 16, len(key) + 1):
            piece = key[start:stop]
            assert redactor.text(f"it is ({piece})") == "it is ([key])"
            assert redactor.text(piece.encode().hex()) == "[key]"


@given(st.integers(0, len(KEY)), st.integers(0, len(KEY)), st.text(max_size=9), st.sampled_from([1, 5, 30]))
def test_a_stream_and_a_whole_agree_on_pieces(start: int, stop: int, between: str, size: int) -> None:
    """Pieces that lie in each other, one behind the other, in pieces of any size."""
    redactor = Redactor({KEY: "[key]", KEY[::-1]: "[other]"})
    data = f"{KEY[start:]}{between}{KEY[:stop]}{KEY[start:stop]}{KEY[::-1][start:]}{between}".encode()
    stream = Stream(redactor)
    out = b"".join(stream.feed(data[i : i + size]) for i in range(0, len(data), size)) + stream.close()
    assert out == redactor.data(data)


@given(st.text(alphabet="sk-ant-api03-proj \n"), st.text(max_size=20))
def test_what_all_keys_of_a_kind_begin_with_is_left(before: str, after: str) -> None:
    """`sk-ant-api03-` and `sk-proj-` say nothing of a key."""
    redactor = Redactor({"sk-ant-api03-Xy7Kq2Lm9Pw4Rt6Zv8": "[key]", "sk-proj-Xy7Kq2Lm9Pw4": "[key]"})
    for text in ("sk-ant-api03-", "sk-proj-", "the key begins with sk-ant-api03-, or sk-proj-...", before):
        assert redactor.text(text) == text
    assert "[key]" not in redactor.text(f"sk-ant-api03-{after[:2]}")


ODD: dict[str, Callable[[int], bytes]] = {
    "backslashes": lambda n: b"\\" * n + b" \\u0041",
    "backslashes and escapes": lambda n: (b"\\" * 50 + b"u001b[") * (n // 50),
    "digits of a colour": lambda n: b"\x1b[" + b"1" * n + b"\x1b[0m",
    "signs of a colour": lambda n: b"\x1b[" + b"1" * (n // 2) + b" " * (n // 2) + b"\x1b[0m",
    "begun colours": lambda n: b"\x1b[" * n,
    "colours": lambda n: b"\x1b[0m" * n,
    "percents": lambda n: b"%" + b"25" * n + b"%41",
    "percents of percents": lambda n: b"%25" * n,
    "line ends": lambda n: b"\r\n" * n + b"\\u0041",
    "blanks": lambda n: b" " * n + b"%41",
    "a key's beginning": lambda n: KEY[:10].encode() * (n // 10),
    "a key's middle": lambda n: KEY[9:15].encode() * (n // 6),
    "keys": lambda n: KEY.encode() * (n // len(KEY)),
    "pieces that overlap": lambda n: (KEY[:20] + KEY[10:30]).encode() * (n // 40),
    "hex of a path": lambda n: b"/home/a" * (n // 7),
}


def _seconds(work: Callable[[], object]) -> float:
    """Return the least processor time of three tries."""
    tries = []
    for _ in range(3):
        start = time.process_time()
        work()
        tries.append(time.process_time() - start)
    return min(tries)


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_eight_times_the_text_takes_no_square_of_the_time(make: Callable[[int], bytes]) -> None:
    """Whatever an endpoint or an agent writes: eight times, not sixty-four; in one piece and in many."""
    redactor = Redactor({KEY: "[key]"})
    redactor.hide_path("/home/al", "~")

    def stream(data: bytes) -> None:
        streamed, look = Stream(redactor), redactor.watch()
        for i in range(0, len(data), 4096):
            streamed.feed(data[i : i + 4096])
            look(data[i : i + 4096])
        streamed.close()

    small, large = make(6000), make(48000)
    for work in (redactor.data, stream):
        assert _seconds(lambda work=work: work(large)) < 24 * _seconds(lambda work=work: work(small)) + 0.02  # type: ignore[misc]


def test_what_waits_for_its_end_is_bounded() -> None:
    """A flood between two characters of a key holds nothing back for ever."""
    stream, out = Stream(Redactor({KEY: "[key]"})), 0
    for _ in range(10):
        out += len(stream.feed(KEY[:5].encode() + b"\x1b[0m" * 10_000))
    assert out > 300_000


def test_the_text_of_a_title_or_a_link_is_searched() -> None:
    """It is text that a terminal shows elsewhere."""
    text = f"\x1b]0;{KEY}\x07 and \x1b]8;;http://x/{KEY}\x1b\\here"
    assert Redactor({KEY: "[key]"}).text(text) == text.replace(KEY, "[key]")


@given(
    st.binary(max_size=60),
    st.lists(st.sampled_from([b"\x1b", b"[", b"\\", b"u001b", b"%25", b"41", b" ", b"\n"])),
)
def test_what_is_located_is_what_is_searched(data: bytes, parts: list[bytes]) -> None:
    """One form, whether places are asked for or not."""
    for each in (data, b"".join(parts), b"".join(parts) + data):
        assert located(each)[0] == canonical(each)


def test_a_text_that_was_clean_is_searched_again_for_what_is_hidden_later() -> None:
    """What is remembered of it holds only for what was searched then."""
    redactor = Redactor({"sk-proj-Ab3dEf6hIj9lMn2pQr5tUv8x": "[key]"})
    texts = ["Content-Type", "tok-9f8e7d6c5b4a39281706", "/srv/private/work"]
    assert redactor.texts(texts) == texts == redactor.apart().texts(texts)
    redactor.hide("tok-9f8e7d6c5b4a39281706", "[token]")
    redactor.hide_path("/srv/private", "$PLACE")
    assert (
        redactor.apart().texts(texts) == ["Content-Type", "[token]", "$PLACE/work"] == redactor.texts(texts)
    )
