"""A small canvas with letters of our own, written as PNG: services that show a link's picture take no SVG.

A unit is a square of four pixels. Four colours at two bits a pixel make one unit one byte.
"""

from __future__ import annotations

import struct
import zlib

_PIXELS = 4
WIDTH, HEIGHT = 300, 157  # units; with a margin of two rows below, 1200 x 630 pixels
PAPER, INK, SOFT, ACCENT = range(4)

# Seven rows of five bits a letter, top to bottom.
_LETTERS = """
A 0E11111F111111 B 1E11111E11111E C 0E11101010110E D 1E11111111111E E 1F10101E10101F F 1F10101E101010
G 0E11101711110E H 1111111F111111 I 0E04040404040E J 0702020202120C K 11121418141211 L 1010101010101F
M 111B1515111111 N 11111915131111 O 0E11111111110E P 1E11111E101010 Q 0E11111115120D R 1E11111E141211
S 0F10100E01011E T 1F040404040404 U 1111111111110E V 11111111110A04 W 1111111515150A X 11110A040A1111
Y 11110A04040404 Z 1F01020408101F 0 0E11131519110E 1 040C040404040E 2 0E11010204081F 3 1F02040201110E
4 02060A121F0202 5 1F101E0101110E 6 0608101E11110E 7 1F010204080808 8 0E11110E11110E 9 0E11110F01020C
. 00000000000C0C , 00000000040408 - 0000001F000000 _ 0000000000001F / 01010204081010 : 000C0C000C0C00
% 18190204081303 + 0004041F040400 × 00110A040A1100 ( 02040808080402 ) 08040202020408 ~ 00000815020000
· 0000000C0C0000 # 0A0A1F0A1F0A0A @ 0E11171517100E = 00001F001F0000 … 00000000000015 ? 0E110102040004
"""
_ROWS = _LETTERS.split()
_GLYPHS = {char: bytes.fromhex(rows) for char, rows in zip(_ROWS[::2], _ROWS[1::2], strict=True)}


class Canvas:
    """Units in four colours; everything outside is cut off."""

    def __init__(self) -> None:
        self._rows = [bytearray(WIDTH) for _ in range(HEIGHT)]

    def box(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """Fill a rectangle."""
        for row in self._rows[y : y + height]:
            row[x : x + width] = bytes([colour]) * len(row[x : x + width])

    def text(self, x: int, y: int, text: str, scale: int = 1, colour: int = INK) -> None:
        """Write capitals; a character that has no letter here is a question mark."""
        for char in text.upper().replace("–", "-"):
            if char != " ":
                self._letter(x, y, _GLYPHS.get(char, _GLYPHS["?"]), scale, colour)
            x += 6 * scale

    def _letter(self, x: int, y: int, glyph: bytes, scale: int, colour: int) -> None:
        for line, bits in enumerate(glyph):
            for column in range(5):
                if bits & (16 >> column):
                    self.box(x + column * scale, y + line * scale, scale, scale, colour)

    def png(self, palette: tuple[str, str, str, str]) -> bytes:
        """Return the picture; `palette` are the colours as `#rrggbb`."""
        table = bytes(v * 0b01010101 for v in range(4)) + bytes(252)
        lines = [b"\0" + row.translate(table) for row in self._rows for _ in range(_PIXELS)]
        lines += lines[-1:] * 2
        header = struct.pack(">IIBBBBB", WIDTH * _PIXELS, len(lines), 2, 3, 0, 0, 0)
        colours = b"".join(bytes.fromhex(c.removeprefix("#")) for c in palette)
        data = zlib.compress(b"".join(lines), 6)
        parts = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", data), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check
