"""Makes a screenshot a small PNG: few colours, chosen by how often they occur; screens have few that matter.

The browser that took the picture also counts its colours, far faster than Python would; here the file is written.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TypedDict

from playwright.sync_api import Page

COLOURS = 64
# Colours nearer than this (squared, of 3 × 255²) to a more frequent one become that one: nobody sees the difference.
ALIKE = 60

_COUNT = """async ({png, most, alike}) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const {width, height} = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const rgba = canvas.getImageData(0, 0, width, height).data;
  const pixels = new Uint32Array(width * height);
  const times = new Map();
  for (let i = 0; i < pixels.length; i++) {
    const colour = (rgba[4 * i] << 16) | (rgba[4 * i + 1] << 8) | rgba[4 * i + 2];
    pixels[i] = colour;
    times.set(colour, (times.get(colour) || 0) + 1);
  }
  const apart = (a, b) =>
    ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
  const palette = [];
  const place = new Map();
  for (const [colour] of [...times].sort((a, b) => b[1] - a[1])) {
    let nearest = -1, distance = Infinity;
    palette.forEach((kept, index) => {
      const found = apart(kept, colour);
      if (found < distance) [nearest, distance] = [index, found];
    });
    if (distance > alike && palette.length < most) nearest = palette.push(colour) - 1;
    place.set(colour, nearest);
  }
  let indexes = "";
  for (let row = 0; row < height; row++) {
    const colours = pixels.subarray(row * width, (row + 1) * width);
    indexes += String.fromCharCode(...colours.map((colour) => place.get(colour)));
  }
  return {width, height, palette, indexes: btoa(indexes)};
}"""


class _Indexed(TypedDict):
    width: int
    height: int
    palette: list[int]
    indexes: str


def small_png(picture: bytes, desk: Page) -> bytes:
    """Give `picture`, a PNG, with a palette of at most `COLOURS`; `desk` is a blank page to count them in."""
    asked = {"png": base64.b64encode(picture).decode(), "most": COLOURS, "alike": ALIKE}
    found: _Indexed = desk.evaluate(_COUNT, asked)
    width, height = found["width"], found["height"]
    indexes = base64.b64decode(found["indexes"])
    rows = b"".join(b"\0" + indexes[row * width : (row + 1) * width] for row in range(height))
    palette = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            # 8 bits a pixel, by palette.
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
