#!/usr/bin/env python3
"""Draws the letters of the charts once, from DejaVu Sans, so that nothing that runs needs a font or a rasterizer.

    pip install pillow
    python3 make.py /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

writes sans.png, every letter in its cell, in the order of sans.txt: a line for each letter with its advance in pixels.
"""

import sys

from PIL import Image, ImageDraw, ImageFont

SIZE, CELL_WIDTH, CELL_HEIGHT, COLUMNS, BASELINE, LEFT = 22, 32, 30, 16, 22, 3
LETTERS = (
    [chr(code) for code in range(0x20, 0x7F)]
    + [chr(code) for code in range(0x410, 0x450)]
    + list("ЁёІіЇїЄєҐґ«»„“”–—…·×−±≤≥№₽€$★%°→")
)
LETTERS = list(dict.fromkeys(LETTERS))


def main():
    font = ImageFont.truetype(sys.argv[1], SIZE)
    rows = -(-len(LETTERS) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * CELL_WIDTH, rows * CELL_HEIGHT), 0)
    draw = ImageDraw.Draw(sheet)
    with open("sans.txt", "w", encoding="utf-8") as advances:
        for place, letter in enumerate(LETTERS):
            x = place % COLUMNS * CELL_WIDTH + LEFT
            y = place // COLUMNS * CELL_HEIGHT + BASELINE
            draw.text((x, y), letter, font=font, fill=255, anchor="ls")
            advance = round(font.getlength(letter))
            if advance + LEFT > CELL_WIDTH:
                raise SystemExit(f"{letter} does not fit its cell")
            advances.write(f"{ord(letter):04x} {advance}\n")
    sheet.save("sans.png", optimize=True)


main()
