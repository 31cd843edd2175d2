#!/usr/bin/env python3
"""odd_files.py: files as people have them, and the numbers that they hold.

    odd_files.py write FOLDER     writes them all
    odd_files.py names            prints the names of those that can be read
    odd_files.py refused          prints the others: a name and a regular expression of what is said, by a tab
    odd_files.py check NAME COPY  is COPY plain, and does it hold the numbers of NAME? (.csv and .npy)
    odd_files.py plain NAME FILE  writes the numbers of NAME as anybody would
    odd_files.py seeds FOLDER     writes them as seeds of the fuzzer `plain`"""

import gzip
import math
import pathlib
import struct
import sys


def npy(kind, shape, numbers, fortran):
    """An array; the numbers are in the order of the file."""
    header = f"{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    order, code = kind[0], {"f8": "d", "f2": "e", "i4": "i"}[kind[1:]]
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
            struct.pack(f"{order}{len(numbers)}{code}", *numbers))


def pack(content):
    return gzip.compress(content, mtime=0)


# A file, and the rows that a trial must find in it.
GOOD = {
    "semicolons.csv": (
        'Größe;"Preis; netto";Stück\n1,5;"1000";3\n-2,25;0,5;4\n', [[1.5, 1000, 3], [-2.25, 0.5, 4]]),
    "tabs.tsv": (
        "id\tkind\tvalue\n1\tcat, small\t0.5\n2\tdog\t\n3\tcat, small\t1e3\n", [[1, 1, 0.5], [2, 2, 0], [3, 1, 1000]]),
    "spaces.csv": ("Chins Situps Jumps\n5 162  60\n2 110 60 \n", [[5, 162, 60], [2, 110, 60]]),
    "shape.csv": ("3,2,setosa,versicolor\n5.1,3.5,0\n4.9,3,1\n4.7,?,1\n", [[5.1, 3.5, 0], [4.9, 3, 1], [4.7, 0, 1]]),
    "shape_and_names.csv": ('2,2,\n"CRIM","ZN","MEDV"\n0.00632,18,24\n0.02731,0,21.6\n',
                            [[0.00632, 18, 24], [0.02731, 0, 21.6]]),
    "texts.csv": (
        'name,said,n\n"Rossi, Anna","two\nlines",1\n"O""Hara, Jim",\'x\',2\n"Rossi, Anna",,3\n',
        [[1, 1, 1], [2, 2, 2], [1, 0, 3]]),
    "no_names.csv": ("M,0.455,15\nF,0.35,7\nI,0.33,7\nM,0.44,10\n",
                     [[1, 0.455, 15], [2, 0.35, 7], [3, 0.33, 7], [1, 0.44, 10]]),
    "missing.csv": ("a,b,c\n1,NA,\nNaN,2,null\n?,n/a,3\n,None,#N/A\n", [[1, 0, 0], [0, 2, 0], [0, 0, 3], [0, 0, 0]]),
    "dates.csv": ("iso;us;german;time\n1970-01-02;12/31/1970;31.12.1970;1970-01-01T12:00:00Z\n"
                  "2024-02-29;1/2/1970;1.2.1970;1970-01-03 06:00\n",
                  [[1, 364, 364, 0.5], [19782, 1, 31, 2.25]]),
    "one_typo.csv": ("\ufeffx,y\r\n1,10\r\n2,11\r\n3,1O\r\n4,10\r\n", [[1, 1], [2, 2], [3, 3], [4, 1]]),
    "packed.csv.gz": (pack(b"a,b\n1,2\n3,4\n"), [[1, 2], [3, 4]]),
    "packed_texts.tsv.gz": (pack(b"a\tb\n1\tx\n3\ty\n"), [[1, 1], [3, 2]]),
    "fortran.npy": (npy("<f8", (3, 2), [1, 2, 3, 0.5, 0, -1], True), [[1, 0.5], [2, 0], [3, -1]]),
    "fortran_big.npy": (npy(">i4", (2, 3), [1, -2, 3, 0, 5, 70000], True), [[1, 3, 5], [-2, 0, 70000]]),
    "holes.npy": (npy("<f2", (2, 2), [1, math.nan, -0.5, math.nan], False), [[1, 0], [-0.5, 0]]),
    "packed.npy.gz": (pack(npy("<f8", (2, 2), [1, 2, 3, 4], False)), [[1, 2], [3, 4]]),
}

REFUSED = {
    "ragged.csv": ("a,b\n1,x\n2,y\n3,z,4\n", "ragged.csv, line 4: expected 2 fields as in line 3, found 3 or more"),
    "short.csv": ("a,b\n1,x\n2,y\n3\n4,z\n", "short.csv, line 4: expected 2 fields as in line 3, found 1"),
    "open_quote.csv": ('a,b\n1,x\n2,"y\n3,z\n', "open_quote.csv, line 3, field 2: a quote opens here and never closes"),
    "names_only.csv": ("name,city\n", "names_only.csv, line 2: expected a row with numbers, found the end"),
    "infinite.csv": ("a,b\n1,inf\n2,3\n3,4\n", "infinite.csv, line 2, field 2: 'inf' is not a finite f32; write another"),
    "utf16.csv": ("\ufeffa,b\n1,2\n".encode("utf-16-le"), "utf16.csv: the text is UTF-16; save it as UTF-8"),
    "macintosh.csv": ("a,b\r1,x\r2,y\r", "macintosh.csv: the lines end with CR alone; save them with LF"),
    "excel.csv": (b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x00" * 40, "excel.csv: expected text, found a byte 0"),
    "cut.csv.gz": (pack(b"a,b\n1,2\n3,4\n")[:-10], "cut.csv.gz cannot be unpacked: .*; get the file again"),
    "infinite.npy": (npy("<f8", (1, 2), [1, math.inf], False), r"infinite.npy \(row 0, column 1\): expected a value"),
    "packed_fortran.npy.gz": (pack(npy("<f8", (2, 2), [1, 2, 3, 4], True)),
                              "packed_fortran.npy.gz: an array in Fortran order must not be packed; unpack the file"),
    "labels.libsvm.gz": (pack(b"1\n0\n"), "labels.libsvm.gz: expected INDEX:VALUE somewhere, found labels alone"),
}


def content(entry):
    return entry[0] if isinstance(entry[0], bytes) else entry[0].encode("utf-8")


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def copy_rows(path):
    """The rows of a plain copy, read by its own rules: commas, LF, numbers; or f32 in C order."""
    data = pathlib.Path(path).read_bytes()
    if not data.startswith(b"\x93NUMPY"):
        assert data.endswith(b"\n"), data
        return [[single(float(field)) for field in line.split(",")] for line in data.decode("ascii").splitlines()]
    assert b"'<f4', 'fortran_order': False" in data[:128], data[:128]
    columns = eval(data[10:128])["shape"][1]
    return [list(struct.unpack_from(f"<{columns}f", data, at)) for at in range(128, len(data), 4 * columns)]


def main(verb, *words):
    if verb == "write":
        for name, entry in (GOOD | REFUSED).items():
            pathlib.Path(words[0], name).write_bytes(content(entry))
    elif verb == "names":
        print(*GOOD)
    elif verb == "refused":
        for name, entry in REFUSED.items():
            print(f"{name}\t{entry[1]}")
    elif verb == "check":
        wanted, found = [[single(x) for x in row] for row in GOOD[words[0]][1]], copy_rows(words[1])
        if wanted != found:
            print(f"{words[0]}: wanted {wanted}, found {found}")
            return 1
    elif verb == "plain":
        pathlib.Path(words[1]).write_text("".join(",".join(map(repr, row)) + "\n" for row in GOOD[words[0]][1]))
    elif verb == "seeds":
        for name, entry in (GOOD | REFUSED).items():
            first = b"=" if ".npy" in name else b">" if ".libsvm" in name else b"<"
            pathlib.Path(words[0], name.replace(".", "_")).write_bytes(first + content(entry))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
