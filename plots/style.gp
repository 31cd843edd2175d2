# Shared by all plots and loaded before each of them, in the folder that holds its data (README.md tells what is there).
# A script says `eval canvas(HEIGHT)` before it draws.
#
# Texts that come from a record (names, parameters, hosts) are never part of a command: they stand in data files, are
# read from there as strings, and are shown as they are (noenhanced: _ ^ { } ~ @ have no meaning).

set encoding utf8
set datafile separator "\t"
set datafile commentschars ""

# Colours that people who see few of them can tell apart, also in grey (Okabe and Ito). Most have a
# counterpart for dark screens in harness/report/plot/svg.c.
black  = "#202020"
muted  = "#505050"
grey   = "#8C8C8C"
light  = "#E4E4E4"
pale   = "#F2F2F2"
failed = "#B04000"
blue   = "#0072B2"
sky    = "#9CCBE8"
orange = "#E69F00"
red    = "#D55E00"
green  = "#009E73"
purple = "#CC79A7"
cyan   = "#56B4E9"

# A workload has a colour, a variant of it a shape.
colour_rgb(n) = word("#0072B2 #D55E00 #009E73 #E69F00 #CC79A7 #56B4E9 #8C8C8C", (int(n) - 1) % 7 + 1)
point_type(n) = int(word("7 4 8 12 10 6 5 9 13 11", (int(n) - 1) % 10 + 1))
dash_type(n)  = (int(n) - 1) % 4 + 1

# All pictures are as wide as a page's text; a column of text is about so wide.
width = 800.0
character = 6.6

# Below the lowest x axis: its tics, and its title with what of a letter is below the line.
bottom = 50.0

# `eval canvas(height)` opens the picture.
canvas(h) = sprintf("height = %.1f; ", h) . \
    (format eq "svg" ? \
        "set terminal svg size width, height dynamic noenhanced background 'white' font 'DejaVu Sans,11'" : \
     format eq "pdf" ? \
        "set terminal pdfcairo size width / 96, height / 96 noenhanced background 'white' font 'DejaVu Sans,8.25'" : \
     strstrt(GPVAL_TERMINALS, "pngcairo") ? \
        "set terminal pngcairo size width, height noenhanced background 'white' font 'DejaVu Sans,8.5'" : \
        "set terminal png size width, height noenhanced font 'DejaVu Sans,8'") . \
    "; set output picture"
if (format eq "pdf" && !strstrt(GPVAL_TERMINALS, "pdfcairo")) {
    exit error "this gnuplot cannot write pdf; svg and png it can"
}

# Pixels from the left and from the top, as gnuplot's screen coordinates.
at_x(x) = x / width
at_y(y) = 1 - y / height

# The step of an axis whose tics need so many pixels each: 1, 2 or 5 times a power of ten.
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x <= 2 * power(x) ? 2 : x <= 5 * power(x) ? 5 : 10)

with_unit(title, unit) = unit eq "" ? title : sprintf("%s (%s)", title, unit)

# What the data files say in words; an empty field is a space.
trimmed(text) = text eq " " ? "" : text
array title[4] = ["", "", "", ""]
stats title_tsv using (title[int($1)] = trimmed(strcol(2)), 1) nooutput
array heading[panels]
array panel_cap[panels]
array panel_slot[panels]
array panel_shown_1[panels]
array panel_shown_2[panels]
array panel_cliff_low[panels]
array panel_cliff_high[panels]
array panel_cliff_text[panels]
stats panels_tsv using (n = int($1), heading[n] = trimmed(strcol(10)), panel_slot[n] = $2, panel_cap[n] = valid(4) ? $4 : NaN, \
    panel_shown_1[n] = $5, panel_shown_2[n] = $6, panel_cliff_low[n] = valid(7) ? $7 : NaN, \
    panel_cliff_high[n] = valid(8) ? $8 : NaN, panel_cliff_text[n] = trimmed(strcol(9)), 1) nooutput
array series_name[series]
array series_colour[series]
array series_shape[series]
array series_rgb[series]
stats series_tsv using (n = int($1), series_name[n] = trimmed(strcol(4)), series_colour[n] = colour_rgb($2), \
    series_rgb[n] = int("0x" . series_colour[n][2:7]), series_shape[n] = int($3), 1) nooutput

# The columns of the points that all plots have; those of a figure are at_FIGURE, its low end, its high end, its text.
in_panel = 1
in_series = 2
at_place = 3
outcome = 4
partial = 5
place = 6
places = 7
label = 8
outcome_text = 9

set border 3 linecolor rgb grey
set tics nomirror textcolor rgb black
set grid linecolor rgb light linetype 1 linewidth 1
set style fill solid 1.0 noborder
set errorbars 0.5
unset key

# These give a command to `eval`. The head: what is drawn, on which machine, where, and what is left out.
stands(n) = sprintf("set label %d title[%d] at screen at_x(12), screen at_y(%d) left noenhanced textcolor rgb muted; ", n, n, 18 * n)
head(n) = "set label 1 title[1] at screen at_x(12), screen at_y(16) left noenhanced textcolor rgb black font ',12.5'; " . \
    stands(2) . stands(3) . stands(4)
head_height = 52.0 + (title[3] eq "" ? 0 : 18) + (title[4] eq "" ? 0 : 18)
if (title[3] eq "") {
    title[3] = title[4]
    title[4] = ""
}

# A line of a legend: what it shows at x and y (pixels), numbered from 1, and what it says (an expression, as text).
legend_line(n, x, y, rgb, style) = sprintf("set arrow %d from screen at_x(%.1f), screen at_y(%.1f) to screen at_x(%.1f), " . \
    "screen at_y(%.1f) nohead linecolor rgb '%s' %s", 100 + n, x, y, x + 18, y, rgb, style)
legend_tick(n, x, y, rgb) = sprintf("set arrow %d from screen at_x(%.1f), screen at_y(%.1f) to screen at_x(%.1f), " . \
    "screen at_y(%.1f) nohead linecolor rgb '%s' linewidth 2", 100 + n, x + 9, y - 7, x + 9, y + 7, rgb)
legend_bar(n, x, y, style) = sprintf("set object %d rectangle from screen at_x(%.1f), screen at_y(%.1f) to screen at_x(%.1f), " . \
    "screen at_y(%.1f) %s", 100 + n, x, y + 5, x + 18, y - 5, style)
legend_point(n, x, y, rgb, type, size) = sprintf("set label %d '' at screen at_x(%.1f), screen at_y(%.1f) " . \
    "point pointtype %d pointsize %.1f linewidth 1.4 linecolor rgb '%s'", 200 + n, x + 9, y, type, size, rgb)
legend_says(n, x, y, what) = sprintf("set label %d %s at screen at_x(%.1f), screen at_y(%.1f) left noenhanced textcolor rgb black", \
    100 + n, what, x + 24, y)

# The headings of panels that are slots; not `with labels`, which shows a number for an empty text.
slot_headings(x, columns) = sprintf("do for [p = 1:panels] { set label 300 + p fitting(heading[p], %d) " . \
    "at first %g, first panel_slot[p] left noenhanced textcolor rgb muted }", columns, x)

# Texts stand right of their points, so an axis is longer than its figures: by as much as it takes for all to fit. `share` is
# where a point stands, 1 being the largest; `pixels` is how long its text is. Begin with room = inner pixels.
shrunk(room, inner, share, pixels) = share > 0 && (inner - pixels) / share < room ? \
    ((inner - pixels) / share > 0.3 * inner ? (inner - pixels) / share : 0.3 * inner) : room
share_of(value, first, high, is_log) = value != value ? 0 : is_log ? log(value / first) / log(high / first) : (value - first) / (high - first)

# An SVG says more about a point that is pointed at, or about its line where rows have lines of their own. gnuplot gives the
# place and the point's number, harness/report/plot/svg.c the words. `for [k = 1:hints]` plots them in an SVG alone.
hints = format eq "svg" ? 1 : 0
hint(c) = sprintf("p%d", column(0))

# What of the head and the legend is drawn with the first panel is not drawn with the others.
head_done = "do for [i = 1:4] { unset label i }; do for [i = 301:300 + panels] { unset label i }; do for [i = 101:160] { unset label i; unset label i + 100; unset arrow i; unset object i }"

# Tics of a logarithmic axis: powers of ten, `most` of them, and others between them where there are few. Never gnuplot's
# own: it looks for those of many decades without end.
log_every(low, high, most) = larger(ceil((log10(high) - log10(low)) / larger(most, 1)), 1)
log_tics(axis, low, high, most) = sprintf("set %s (); ", axis) . \
    sprintf("do for [k = %d:%d:%d] { do for [m in '%s'] { if (m * 10.0 ** k >= %g && m * 10.0 ** k <= %g) { " . \
        "set %s add (sprintf('%%g', m * 10.0 ** k) m * 10.0 ** k) } } }", \
        floor(log10(low) / log_every(low, high, most)) * log_every(low, high, most), ceil(log10(high)), \
        log_every(low, high, most), high / low > 400 || 3 * log10(high / low) > most ? "1" : \
        high / low > 8 || 7 * log10(high / low) > most ? "1 2 5" : "1 1.5 2 3 5 7", \
        0.999 * low, 1.001 * high, axis)

# A figure that may not have been had.
had(c) = valid(c) && column(c) == column(c)
number(c) = had(c) ? column(c) : NaN
or_zero(c) = had(c) ? column(c) : 0
larger(x, y) = x != x ? y : y != y ? x : x > y ? x : y
is_bad(o) = o != is_ok && o != is_skipped && o != is_refused

# A text that has to fit.
fitting(text, n) = strlen(text) > n ? text[1 : int(n) - 1] . "…" : text
