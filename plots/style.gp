# Shared by all plots and loaded before each of them, in the folder that holds its data. values.gp, which holds
# numbers and our own words alone, has given by then:
#
#   format         "svg" or "png": picture.svg or picture.png is made
#   width, height  of the picture, in pixels
#
# Texts that come from a record (names, parameters, hosts) are never part of a command: they stand in data files, are
# read from there as strings, and are shown as they are (noenhanced: _ ^ { } ~ @ have no meaning).

set encoding utf8
set datafile separator "\t"
set datafile commentschars ""

if (format eq "svg") {
    set terminal svg size width, height dynamic noenhanced background "white" font "DejaVu Sans,11"
} else {
    # Cairo draws finer lines; plain png is what a gnuplot without it has.
    if (strstrt(GPVAL_TERMINALS, "pngcairo")) {
        set terminal pngcairo size width, height noenhanced background "white" font "DejaVu Sans,8.5"
    } else {
        set terminal png size width, height noenhanced font "DejaVu Sans,8"
    }
}
set output "picture." . format

# Colours that people who see few of them can tell apart, also in grey (Okabe and Ito).
blue   = "#0072B2"
sky    = "#9CCBE8"
orange = "#E69F00"
red    = "#D55E00"
black  = "#202020"
grey   = "#8C8C8C"
light  = "#E4E4E4"

set border 3 linecolor rgb grey
set tics nomirror textcolor rgb black
set grid linecolor rgb light linetype 1 linewidth 1
