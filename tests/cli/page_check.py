#!/usr/bin/env python3
"""page_check.py PAGE.html [TEXT…]: checks that the page is well-formed, needs no other files, and shows each TEXT.

A page of ours is XML as well as HTML: an error in nesting or escaping is reported with its line."""

import re
import sys
import xml.etree.ElementTree as ElementTree

# Tags and attributes that would load something, or run something that is not ours.
ACTIVE = "link", "img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignObject", "audio", "video"
FETCHING = "src", "srcset", "data", "action", "poster", "background"


def local(name):
    return name.rsplit("}", 1)[-1]


def check(text):
    """Yields the errors."""
    root = ElementTree.fromstring(text.replace("<!DOCTYPE html>", ""))
    ids = set()
    targets = []
    scripts = 0
    for element in root.iter():
        tag = local(element.tag)
        scripts += tag == "script"
        if tag in ACTIVE and not (tag == "use" and any(v.startswith("#") for v in element.attrib.values())):
            yield f"<{tag}> in a page that needs nothing"
        for name, value in element.attrib.items():
            name = local(name)
            if name.startswith("on") or name in FETCHING:
                yield f"<{tag} {name}={value!r}>"
            if name == "href":
                if not value.startswith("#"):
                    yield f"<{tag} href={value!r}> leads out of the page"
                targets.append(value[1:])
            if name == "id":
                if value in ids:
                    yield f"two elements with the id {value!r}"
                ids.add(value)
    for target in targets:
        if target not in ids:
            yield f"href to #{target}, which is not there"
    if scripts != 1:
        yield f"{scripts} scripts"
    for style in re.findall(r"<style.*?</style>", text, re.S) + re.findall(r'style="[^"]*"', text):
        if re.search(r"url\((?!#)|@import|expression", style):
            yield "a style that fetches"
    if not root.findtext(".//title") or not root.findtext(".//h1", default=" ").strip():
        yield "no title"


def main():
    path, *wanted = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    wrong = list(check(text))
    body = ElementTree.fromstring(text.replace("<!DOCTYPE html>", ""))
    said = " ".join(" ".join(body.itertext()).split())
    wrong += [f"does not say {want!r}" for want in wanted if " ".join(want.split()) not in said]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    sys.exit(bool(wrong))


main()
