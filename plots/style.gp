# Shared by all plots and loaded before each of them, in the folder that holds its data (README.md tells what is there).
# A script says `eval canvas(HEIGHT)` before it draws.
#
# Texts that come from a record (names, parameters, hosts) are never part of a command: they stand in data files, are
# read from there as strings, and are shown as they are (noenhanced: _ ^ { } ~ @ have no meaning).

set encoding utf8
set datafile separator "\t"
set datafile commentschars ""

# Colours that people who see few of them can tell apart, also in grey (Okabe and Ito). Those of the first six lines
# have a counterpart for dark screens in harness/report/plot/svg.c.
black  = "#202020"
muted  = "#505050"
grey   = "#8C8C8C"
light  = "#E4E4E4"
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

# `eval canvas(height)` opens the picture.
canvas(h) = sprintf("height = %.1f; ", h) . \
    (format eq "svg" ? \
        "set terminal svg size width, height dynamic noenhanced background 'white' font 'DejaVu Sans,11'" : \
     format eq "pdf" ? \
        "set terminal pdfcairo size width / 96, height / 96 noenhanced background 'white' font 'DejaVu Sans,8.25'" : \
     strstrt(GPVAL_TERMINALS, "pngcairo") ? \
        "set terminal pngcairo size width, height noenhanced background 'white' font 'DejaVu Sans,8.5'" : \
        "set terminal png size width, height noenhanced font 'DejaVu Sans,8'") . \
    sprintf("; set output 'picture.%s'", format)
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

# What the data files say in words.
array title[2] = ["", ""]
stats "title.tsv" using (title[int($1)] = strcol(2), 1) nooutput
array heading[panels]
array panel_cap[panels]
array panel_shown_1[panels]
array panel_shown_2[panels]
stats "panels.tsv" using (n = int($1), heading[n] = strcol(7), panel_cap[n] = valid(4) ? $4 : NaN, \
    panel_shown_1[n] = $5, panel_shown_2[n] = $6, 1) nooutput
array series_name[series]
array series_colour[series]
array series_shape[series]
stats "series.tsv" using (n = int($1), series_name[n] = strcol(4), series_colour[n] = colour_rgb($2), \
    series_shape[n] = int($3), 1) nooutput

# The columns of points.tsv that all plots have; those of a figure are at_FIGURE, its low end, its high end, its text.
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
unset key
