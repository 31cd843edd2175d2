#!/usr/bin/env python3
"""page_test.py ONE.html SEVERAL.html MIXED.html HOSTILE.html LONG.html: checks how reports look in Chromium. ONE has one
machine, SEVERAL two, MIXED several caps too, HOSTILE the records of hostile.py, LONG many rows, which are folded. Prints each check with its result; exits 1 if one fails."""

import json
import re
import sys

from chromium import Chromium

failures = 0


def expect(what, right, but=""):
    global failures
    failures += not right
    print(f"ok: {what}" if right else f"FAILED: {what}: {but!r:.600}")


def expect_equal(what, got, wanted):
    expect(what, got == wanted, f"{got!r}, not {wanted!r}")


# Reads a table as a reader does: the column under a heading, by the machine's section and the table's number.
COLUMN = """(table, title) => {
    const titles = Array.from(table.tHead.rows[0].cells, th => th.innerText.trim());
    return Array.from(table.tBodies[0].rows, row => row.cells[titles.indexOf(title)].innerText.trim());
}"""
TABLE = "Array.from(document.querySelectorAll('table.mlm-table')).find(t => t.caption.innerText.startsWith('storage'))"


def column(page, title):
    return page.evaluate(f"({COLUMN})({TABLE}, {json.dumps(title)})")


def heading(page, title):
    return f"Array.from({TABLE}.tHead.rows[0].cells).find(th => th.innerText.trim() === {json.dumps(title)})"


def seconds(text):
    """A time as it is shown, without its interval; None for a dash."""
    if text == "-":
        return None
    number, unit = text.split(" ± ")[0].split()
    return float(number) * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[unit]


def in_order(values, reverse=False):
    """Returns True if figures are in order, with missing ones at the end."""
    had = [value for value in values if value is not None]
    return values[:len(had)] == had and had == sorted(had, reverse=reverse)


def check_sorting(page):
    before = [seconds(text) for text in column(page, "time")]
    expect("times have several units, some are missing, and they are in no order at first",
           None in before and not in_order(before) and not in_order(before, True), before)
    cells = page.evaluate(f"{TABLE}.tBodies[0].innerText.split('\\n').map(line => line.trim()).sort()")

    def click(title):
        page.evaluate(f"{heading(page, title)}.querySelector('button').click()")
        return page.evaluate(f"{heading(page, title)}.getAttribute('aria-sort')")

    expect_equal("aria-sort says upwards", click("time"), "ascending")
    up = [seconds(text) for text in column(page, "time")]
    expect("a click sorts figures across units, what is missing last", in_order(up), up)
    expect_equal("aria-sort says downwards", click("time"), "descending")
    down = [seconds(text) for text in column(page, "time")]
    expect("a second click turns them round, what is missing last still", in_order(down, True), down)
    expect("no value is lost", sorted(map(str, up)) == sorted(map(str, before)), up)
    expect_equal("rows stay whole",
                 page.evaluate(f"{TABLE}.tBodies[0].innerText.split('\\n').map(line => line.trim()).sort()"), cells)

    # By keyboard: the heading can be focused and pressed.
    page.evaluate(f"{heading(page, 'workload')}.querySelector('button').focus()")
    page.press("Enter")
    names = column(page, "workload")
    expect("Enter on a heading sorts texts", names == sorted(names), names)
    expect_equal("one column at a time is said to be sorted",
                 page.evaluate(f"{TABLE}.querySelectorAll('[aria-sort]').length"), 1)
    page.press("Tab")
    expect_equal("Tab goes on to the next heading", page.evaluate("document.activeElement.innerText.trim()"), "parameters")


# Contrast of visible text with its background, as WCAG defines it.
CONTRASTS = """(() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return Array.from(canvas.getImageData(0, 0, 1, 1).data);
    };
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = rgba(getComputedStyle(at).backgroundColor);
            if (colour[3] === 255)
                return colour;
        }
        return [255, 255, 255];
    };
    const poor = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = Array.from(element.childNodes).some(n => n.nodeType === 3 && n.data.trim());
        if (!own || element.closest('svg, script') || !element.offsetParent)
            continue;
        const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5)
            poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}: ${element.innerText.slice(0, 30)}`);
    }
    return poor;
})()"""


def check_light_and_dark(browser, path):
    grounds = {}
    for dark in False, True:
        page = browser.open(path, dark=dark)
        name = "dark" if dark else "light"
        grounds[dark] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        expect_equal(f"{name}: all text stands out from its ground", page.evaluate(CONTRASTS), [])
        expect_equal(f"{name}: nothing in the console", page.complaints(), [])
        page.close()
    expect("the dark has another ground", grounds[False] != grounds[True], grounds)
    expect("and a dark one", max(map(int, re.findall(r"\d+", grounds[True])[:3])) < 64, grounds)


def settle(page):
    """Waits until the browser has drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def move(page, where):
    """Moves the mouse into the element that an expression gives, a little below its top left corner."""
    page.evaluate(f"{where}.scrollIntoView({{behavior: 'instant', block: 'center'}})")
    settle(page)
    x, y = page.evaluate(f"(({{left, top}}) => [left + 4, top + 4])({where}.getBoundingClientRect())")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)


TIP = "document.querySelector('#tip:not([hidden])')?.innerText ?? ''"
# The comparison of machines grows with their number, and may scroll in its box.
CUT = """Array.from(document.querySelectorAll('.results')).filter(table => {
    const box = table.parentNode;
    return box.clientWidth && box.scrollWidth > box.clientWidth + 1;
}).map(table => table.className)"""


def check_widths(browser, path):
    """No table of results is cut, whatever the width; the page itself never scrolls sideways."""
    for width in 390, 830, 1280, 1920:
        page = browser.open(path, width=width, height=900)
        wide = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        expect(f"{path}: the page is not wider than {width}", wide[0] <= wide[1] == width, wide)
        expect_equal(f"{path}: no table is cut at {width}", page.evaluate(CUT), [])
        titles = page.evaluate(f"Array.from({TABLE}.tHead.rows[0].cells).filter(th => th.offsetParent).map(th => th.innerText.trim())")
        expect(f"{path}: {width} has the most important columns",
               {"workload", "outcome", "time", "needs"} <= set(titles), titles)
        expect(f"{path}: {width} has the rest where there is room", ("slowdown" in titles) == (width > 800), titles)
        page.close()


def check_phone(browser, path):
    page = browser.open(path, width=390, height=844)
    wide = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    expect(f"{path}: a phone need not scroll sideways", wide[0] <= wide[1] == 390, wide)
    boxes = page.evaluate("""Array.from(document.querySelectorAll('.results tbody tr')).slice(0, 3).map(row =>
        ['workload', 'outcome', 'time', 'needs'].map(name => row.querySelector(`.${name}`)).filter(cell => cell).map(cell => {
            const {left, right, width} = cell.getBoundingClientRect();
            return left >= 0 && right <= innerWidth && width > 30;
        }))""")
    expect(f"{path}: name, outcome, time and needs of a row are in sight", all(all(row) for row in boxes), boxes)
    inside = page.evaluate("""Array.from(document.querySelectorAll('.mlm-scroll')).filter(
        box => box.scrollWidth > box.clientWidth).every(box => getComputedStyle(box).overflowX === 'auto')""")
    expect(f"{path}: wide tables scroll by themselves", inside)
    outside = page.evaluate("""Array.from(document.querySelectorAll('main *')).filter(e => !e.closest(
        '.mlm-scroll, .picture, pre') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML)""")
    expect_equal(f"{path}: nothing else reaches beyond the screen", outside[:3], [])
    page.close()


def check_opening(browser, path, width):
    """A row opens by a press or by the keyboard, and then says everything, each figure once."""
    page = browser.open(path, width=width, height=844)
    row = f"{TABLE}.tBodies[0].rows[0]"
    told = "document.querySelector('tr.told')"
    every = page.evaluate(f"Array.from({row}.cells).filter(c => !['', '-'].includes(c.textContent)).map(c => c.innerText.trim() || c.textContent)")
    page.evaluate(f"{row}.querySelector('.more').click()")
    seen = page.evaluate(f"{row}.innerText + ' ' + {told}.innerText")
    missing = [text for text in every if " ".join(text.split()) not in " ".join(seen.split())]
    expect_equal(f"{width}: an opened row says everything", missing, [])
    expect(f"{width}: with its repetitions and intervals",
           all(word in seen for word in ("each time", "95 % interval", "each needs")), seen)
    letters = page.evaluate(f"(({row}.querySelector('.outcome').innerText.match(/\\[([a-z,]+)\\]/) ?? [])[1] ?? '').split(',')")
    expect(f"{width}: and its notes", all(f"[{letter}]" in seen for letter in letters if letter), seen)
    expect_equal(f"{width}: it says that it is open", page.evaluate(f"{row}.querySelector('.more').ariaExpanded"), "true")
    page.evaluate(f"{row}.querySelector('.more').focus()")
    page.press("Enter")
    expect_equal(f"{width}: Enter closes it", page.evaluate(f"{told} === null"), True)
    page.press("Enter")
    page.evaluate(f"{heading(page, 'time')}.querySelector('button').click()")
    expect_equal(f"{width}: sorting closes it", page.evaluate(f"{told} === null"), True)
    page.close()


def check_hover(browser, path):
    page = browser.open(path, width=1280, height=900)
    row = f"{TABLE}.tBodies[0].rows[0]"
    move(page, f"{row}.cells[3]")
    said = page.evaluate(TIP)
    expect("a row that is pointed at shows its repetitions", "each time" in said and "each needs" in said, said)
    expect("and its intervals", "time, 95 % interval" in said and re.search(r"[0-9.]+ m?s to [0-9.]+ m?s", said), said)
    inside = page.evaluate("(({left, top, right, bottom}) => [left >= 0, top >= 0, right <= innerWidth, bottom <= innerHeight])"
                           "(document.querySelector('#tip').getBoundingClientRect())")
    expect("within the window", all(inside), inside)
    page.press("Escape")
    expect_equal("Escape takes it away", page.evaluate(TIP), "")
    move(page, "document.querySelector('h1')")
    page.evaluate(f"Array.from({TABLE}.tHead.rows[0].cells).at(-1).querySelector('button').focus()")
    page.evaluate(f"{heading(page, 'vs best')}.querySelector('button').focus()")
    page.press("Tab")
    expect("the keyboard shows it, too", "each time" in page.evaluate(TIP), page.evaluate("document.activeElement.outerHTML"))
    for picture in range(page.evaluate("document.querySelectorAll('.picture svg').length")):
        svg = f"document.querySelectorAll('.picture svg')[{picture}]"
        if not page.evaluate(f"{svg}.querySelector('.mlm-point')"):
            continue  # a course over time has no points
        move(page, f"{svg}.querySelector('.mlm-point *')")
        said = page.evaluate(TIP)
        expect(f"a point of picture {picture} says its row", " at " in said and "outcome:" in said, said)
        expect_equal(f"and no second hint appears, {picture}", page.evaluate(f"{svg}.querySelectorAll('g > title').length"), 0)
    expect_equal("pointing: nothing in the console", page.complaints(), [])
    page.close()


SHOWN = """Array.from(document.querySelectorAll('.results tbody tr')).filter(row => row.checkVisibility()).map(row => [
    row.closest('.suite').querySelector('h2').innerText, row.closest('[data-cap]').dataset.cap,
    row.querySelector('.outcome').innerText.trim()])"""


def check_filter(browser, path):
    page = browser.open(path)
    every = page.evaluate(SHOWN)
    matrix = "Array.from(document.querySelectorAll('.matrix tbody tr')).filter(row => row.checkVisibility()).map(row => row.cells[0].innerText)"
    compared = page.evaluate(matrix)

    def choose(name, value):
        page.evaluate(f"(select => {{ select.value = {json.dumps(value)}; select.dispatchEvent(new Event('change')); }})"
                      f"(document.querySelector('.filter select[name={name}]'))")
        return page.evaluate(SHOWN)

    def options(name):
        return page.evaluate(f"Array.from(document.querySelectorAll('.filter select[name={name}] option'), o => o.value).slice(1)")

    expect("there is more than one suite, and outcome", len(options("suite")) > 1 and "oom" in options("outcome"), every)
    for place, name in enumerate(("suite", "cap")):
        for value in options(name):
            expect_equal(f"{name} {value}", choose(name, value), [row for row in every if row[place] == value])
            if name == "suite":
                expect_equal(f"also in the comparison, {value}", page.evaluate(matrix),
                             [row for row in compared if row.startswith(f"{value}/")])
                expect_equal(f"its pictures alone, {value}", page.evaluate(
                    "Array.from(document.querySelectorAll('.suite')).filter(s => s.checkVisibility()).length"), 1)
        expect_equal(f"every {name} again", choose(name, ""), every)
    for value in options("outcome"):
        shown = choose("outcome", value)
        wanted = "ok" if value == "ok in part" else value
        expect(f"outcome {value}", shown and all(row[2].startswith(wanted) for row in shown), shown)
        expect_equal(f"{value}: the count is told", page.evaluate("document.querySelector('.filter output').value"),
                     f"{len(shown)} of {len(every)} rows")
        empty = page.evaluate("Array.from(document.querySelectorAll('.results')).filter(t => t.checkVisibility()).filter("
                              "t => !Array.from(t.tBodies[0].rows).some(r => r.checkVisibility())).length")
        expect_equal(f"{value}: no table without rows", empty, 0)
    choose("outcome", "")
    choose("cap", options("cap")[0])
    choose("suite", options("suite")[0])
    expect_equal("two filters at once", page.evaluate(SHOWN),
                 [row for row in every if row[:2] == [options("suite")[0], options("cap")[0]]])
    choose("cap", "")
    columns = "Array.from(document.querySelector('.results').tHead.rows[0].cells).filter(th => th.offsetParent).length"
    few = page.evaluate(columns)
    page.evaluate("document.querySelector('.filter input').click()")
    expect("every column is there on demand", page.evaluate(columns) > few)
    expect_equal("filter: nothing in the console", page.complaints(), [])
    page.close()


def check_long(browser, path):
    """Many rows are folded; a filter opens them."""
    page = browser.open(path)
    expect("long tables are folded", page.evaluate("document.querySelectorAll('details.fold:not([open])').length") > 0)
    page.evaluate("(select => { select.value = 'oom'; select.dispatchEvent(new Event('change')); })"
                  "(document.querySelector('.filter select[name=outcome]'))")
    expect("a filter unfolds them", len(page.evaluate(SHOWN)) > 0)
    page.close()


def check_order(page):
    """The finding, pictures, tables, and the machine's facts folded at the end."""
    where = page.evaluate("""['#finding', '.suite', '.picture', '.results', '#method', '#repeat', '#machine'].map(
        s => Array.from(document.querySelectorAll('main *')).indexOf(document.querySelector(s)))""")
    expect("the order of the page", where == sorted(where) and min(where) >= 0, where)
    expect_equal("facts are folded", page.evaluate("document.querySelector('#machine .terms, #machine .facts').checkVisibility()"), False)
    page.evaluate("document.querySelector('#machine summary').click()")
    expect_equal("and can be unfolded", page.evaluate("document.querySelector('#machine .terms, #machine .facts').checkVisibility()"), True)


def check_pictures(page, suites):
    pictures = page.evaluate("""Array.from(document.querySelectorAll('figure svg'), svg => {
        const box = svg.getBoundingClientRect();
        return [box.width > 300, box.height > 100, svg.querySelectorAll('text').length > 3,
            svg.querySelectorAll('path, polygon, rect').length > 3, svg.getAttribute('role') === 'img' && svg.querySelector('desc').textContent.length > 10];
    })""")
    expect("there is a picture a suite, or more", len(pictures) >= suites, len(pictures))
    expect("none is empty, and each is told in words", all(all(picture) for picture in pictures), pictures)


# The tree as names of elements and attributes; equal trees show that no parser had to repair anything.
OUTLINE = """(() => {
    const outline = e => [e.localName, Array.from(e.attributes, a => a.name).sort().join(), Array.from(e.children, outline)];
    const text = %s;
    const parse = type => JSON.stringify(outline(new DOMParser().parseFromString(text, type).documentElement));
    return parse('text/html') === parse('application/xhtml+xml');
})()"""


LINKS = "Array.from(document.querySelectorAll('nav a'), a => a.getAttribute('href').slice(1))"
SECTIONS = "Array.from(document.querySelectorAll('main section'), section => section.id)"


def check_one(browser, path):
    page = browser.open(path)
    expect_equal("nothing in the console", page.complaints(), [])
    expect_equal("nothing is fetched but the page", len(page.fetched()), 1)
    figures = sorted(page.evaluate(
        "Array.from(document.querySelectorAll('.results tr')).map(row => Array.from(row.cells, cell => cell.textContent.trim()))"))
    check_order(page)
    check_sorting(page)
    suites = page.evaluate("document.querySelectorAll('section[id^=suite-]').length")
    check_pictures(page, suites)
    expect_equal("the way to each section", page.evaluate(LINKS), page.evaluate(SECTIONS))
    with open(path, encoding="utf-8") as file:
        expect("a browser mends nothing", page.evaluate(OUTLINE % json.dumps(file.read())))
    expect_equal("still nothing in the console", page.complaints(), [])
    page.close()

    page = browser.open(path, script=False)
    cells = "Array.from(document.querySelectorAll('.results tr')).map(row => Array.from(row.cells, cell => cell.textContent.trim()))"
    expect_equal("without script, every figure is there", page.evaluate(
        "Array.from(document.querySelectorAll('.results :is(th, td)')).filter(cell => !cell.offsetParent).length"), 0)
    expect_equal("the same ones", sorted(page.evaluate(cells)), figures)
    expect_equal("and no buttons that would do nothing", page.evaluate("document.querySelectorAll('button').length"), 0)
    page.close()

    page = browser.open(path, media="print", dark=True)
    expect_equal("on paper, black on white",
                 page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"),
                 ["rgb(255, 255, 255)", "rgb(0, 0, 0)"])
    page.close()


def check_several(browser, path):
    page = browser.open(path)
    expect_equal("several machines: nothing in the console", page.complaints(), [])
    cells = page.evaluate("Array.from(document.querySelectorAll('#comparison td'), td => td.innerText)")
    expect("they are compared, with intervals", any(re.fullmatch(r"1\.00 × +1\.00 to 1\.00", c) for c in cells), cells)
    expect("what did not end ok has no ratio, but how it ended", "oom → oom" in cells, cells)
    expect_equal("several machines: the way to each section", page.evaluate(LINKS), page.evaluate(SECTIONS))
    page.evaluate("document.querySelector('#machine summary').click()")
    differing = page.evaluate("Array.from(document.querySelectorAll('.differs th'), th => th.innerText)")
    expect("facts that differ are marked", "memory" in differing and "architecture" not in differing, differing)
    page.close()


def check_hostile(browser, path):
    page = browser.open(path)
    expect_equal("hostile texts: nothing in the console", page.complaints(), [])
    expect_equal("hostile texts: nothing is fetched", len(page.fetched()), 1)
    expect_equal("hostile texts: nothing ran", page.evaluate("typeof window.owned"), "undefined")
    alien = page.evaluate("""Array.from(document.querySelectorAll('*')).filter(e => !e.closest('svg')).filter(
        e => ['img', 'iframe', 'b', 'a[href^="javascript:"]'].some(s => e.matches(s)) ||
            Array.from(e.attributes).some(a => a.name.startsWith('on'))).map(e => e.outerHTML)""")
    expect_equal("hostile texts: no element and no handler of theirs", alien, [])
    said = page.evaluate("document.body.innerText")
    for text in ("<script>window.owned=1</script><img src=x onerror=", "javascript:window.owned=1",
                 "</title></style></script><script>window.owned=1//storage", "<b onclick=window.owned=1>",
                 "</td><style>*{display:none}</style>", "</dl></main><meta http-equiv=refresh", "&lt;"):
        expect(f"hostile texts: {text} can be read", text in said)
    page.evaluate("for (const e of document.querySelectorAll('th, td, a, dd, .more, summary, option')) e.click()")
    page.evaluate("""for (const select of document.querySelectorAll('select'))
        for (const option of select.options) { select.value = option.value; select.dispatchEvent(new Event('change')); }""")
    page.evaluate("""for (const e of document.querySelectorAll('.results tbody tr, .picture svg'))
        for (const type of ['pointerenter', 'pointermove', 'pointerdown'])
            e.dispatchEvent(new PointerEvent(type, {pointerType: 'mouse', clientX: 5, clientY: 5}))""")
    expect_equal("hostile texts: nothing ran when everything was touched", page.evaluate("typeof window.owned"), "undefined")
    # Even if a text became a script, the policy allows only our own.
    owned = page.evaluate("""(() => {
        const script = document.createElement('script');
        script.textContent = 'window.owned = 1';
        document.body.append(script);
        return typeof window.owned;
    })()""")
    expect_equal("a script of others does not run", owned, "undefined")
    expect("and the browser says why", any("Content Security Policy" in said for said in page.complaints()))
    page.close()


FLEET = "document.querySelector('table.fleet')"


def check_fleet(browser, path):
    """Twenty machines beside each other, and on a phone the names of the jobs stay in place."""
    page = browser.open(path, width=1280, height=900)
    expect_equal("a fleet: nothing in the console", page.complaints(), [])
    expect_equal("a fleet: the way to each section", page.evaluate(LINKS), page.evaluate(SECTIONS))
    size = page.evaluate(f"[{FLEET}.scrollWidth, {FLEET}.parentNode.clientWidth]")
    expect("a fleet: all 20 machines are seen at 1280", size[0] <= size[1], size)
    cut = page.evaluate(f"Array.from({FLEET}.querySelectorAll('td')).filter(td => td.scrollWidth > td.clientWidth + 1).length")
    expect_equal("a fleet: no cell is cut", cut, 0)
    frames = page.evaluate(f"Array.from({FLEET}.querySelectorAll('.odd'), e => getComputedStyle(e).outlineStyle)")
    expect_equal("a fleet: what stands out is framed", frames, ["solid"] * 5)
    page.close()

    page = browser.open(path, width=390, height=844)
    wide = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    expect("a fleet: a phone need not scroll the page sideways", wide[0] <= wide[1] == 390, wide)
    left = f"{FLEET}.querySelector('tbody th').getBoundingClientRect().left"
    before = page.evaluate(left)
    page.evaluate(f"{FLEET}.parentNode.scrollLeft = 400")
    settle(page)
    # A pixel of space is beside the first column until the table scrolls.
    expect("a fleet: the names of the jobs stay", abs(page.evaluate(left) - before) <= 1, (before, page.evaluate(left)))
    expect_equal("a fleet: the matrix did scroll", page.evaluate(f"{FLEET}.parentNode.scrollLeft"), 400)
    page.close()


def main():
    one, several, mixed, hostile, long, fleet = sys.argv[1:]
    with Chromium() as browser:
        check_one(browser, one)
        check_several(browser, several)
        check_hostile(browser, hostile)
        check_light_and_dark(browser, several)
        check_hover(browser, one)
        check_filter(browser, mixed)
        check_long(browser, long)
        check_fleet(browser, fleet)
        for width in 390, 1280:
            check_opening(browser, one, width)
        for path in one, several, mixed:
            check_widths(browser, path)
        for path in one, several, hostile:
            check_phone(browser, path)
    sys.exit(failures > 0)


main()
