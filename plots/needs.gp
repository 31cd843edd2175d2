# Needs as bars of memory and swap against the cap's line, core bytes marked; time beside. One slot a row, from the
# top down; a section (a cap) begins with a slot for its heading.
#
# rows.tsv: 1 slot, 2 memory of a row that ran to its end, 3 memory of one that was cut off, 4 memory where there is
#           swap, 5 memory and swap, 6 core, 7 needs uncapped, 8 where the figure of its needs stands, 9 time, 10 its
#           minimum, 11 its maximum, 12 time uncapped, 13 where the figure of its time stands, 14 colour of the
#           outcome, 15 label, 16 needs as text, 17 time or outcome as text. NaN: not had; never in 8 and 13, for
#           gnuplot 5.4 crashes on labels of which it can place none
# sections.tsv: slot of the heading, last slot, cap, heading
# title.tsv: 1, title
# values.gp: see harness/report/plot/picture_needs.c

title_text = ""
stats "title.tsv" using (title_text = strcol(2), 1) nooutput

left_edge  = (label_width + 20) / width
right_edge = 0.97
needs_edge = left_edge + (right_edge - left_edge) * 0.58
time_edge  = needs_edge + 0.03
half = 0.3

# The step of an axis whose tics need so many pixels each: 1, 2 or 5 times a power of ten.
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x <= 2 * power(x) ? 2 : x <= 5 * power(x) ? 5 : 10)

set multiplot
set tmargin at screen 1 - top / height
set bmargin at screen bottom / height
set yrange [slots - 0.5 : -0.5]
set grid xtics noytics
set style fill solid 1.0 noborder
unset key

# Title and legend: gnuplot's own would keep to the width of one panel.
set label 1 title_text at screen 12 / width, screen 1 - 16 / height left noenhanced textcolor rgb black
array entry[8]  = ["memory", "cut off", "swap", "needs uncapped", "core bytes", "cap", "time, range", "time uncapped"]
array colour[8] = [blue, sky, orange, red, black, red, blue, red]
array shown[8]  = [1, has_cut_off, has_swap, has_uncapped_needs, has_core, has_cap, timed, has_uncapped_time]
array shape[8]  = ["bar", "bar", "bar", "outline", "line", "line", "dot", "ring"]
legend_x = 12.0
do for [i = 1:8] {
    if (shown[i]) {
        x = legend_x / width
        y = 1 - 40 / height
        dy = 5 / height
        if (shape[i] eq "bar" || shape[i] eq "outline") {
            set object i + 1 rectangle from screen x, screen y - dy to screen x + 18 / width, screen y + dy
            if (shape[i] eq "bar") {
                set object i + 1 fillstyle solid noborder fillcolor rgb colour[i]
            } else {
                set object i + 1 fillstyle empty border rgb colour[i] dashtype 2
            }
        }
        if (shape[i] eq "line") {
            set arrow i + 1 from screen x + 9 / width, screen y - 1.4 * dy to screen x + 9 / width, \
                screen y + 1.4 * dy nohead linecolor rgb colour[i] linewidth 2
        }
        if (shape[i] eq "dot") {
            set label i + 20 "" at screen x + 9 / width, screen y point pointtype 7 pointsize 0.6 linecolor rgb colour[i]
        }
        if (shape[i] eq "ring") {
            set label i + 20 "" at screen x + 9 / width, screen y point pointtype 6 pointsize 1.1 linecolor rgb colour[i]
        }
        set label i + 1 entry[i] at screen x + 23 / width, screen y left noenhanced textcolor rgb black
        legend_x = legend_x + 38 + 6.4 * strlen(entry[i])
    }
}

# Needs. Figures stand right of the bars, so the axis is longer by the widest of them.
set lmargin at screen left_edge
set rmargin at screen needs_edge
panel = (needs_edge - left_edge) * width
share = (needs_text_width + 16) / panel
longest = needs_high / (1 - (share < 0.7 ? share : 0.7))
set xrange [0 : longest]
set xtics step(longest * 50 / panel)
set xlabel sprintf("memory and swap together (%s)", needs_unit) noenhanced textcolor rgb black
set ytics noenhanced scale 0
plot "rows.tsv" using (0):1:(0):2:($1 - half):($1 + half):yticlabel(15) with boxxyerror linecolor rgb blue, \
     "" using (0):1:(0):3:($1 - half):($1 + half) with boxxyerror linecolor rgb sky, \
     "" using 4:1:4:5:($1 - half):($1 + half) with boxxyerror linecolor rgb orange, \
     "" using (0):1:(0):7:($1 - half):($1 + half) \
         with boxxyerror fillstyle empty border rgb red linecolor rgb red dashtype 2, \
     "" using 6:($1 - 0.42):(0):(0.84) with vectors nohead linecolor rgb black linewidth 2, \
     "sections.tsv" using 3:($1 + 0.5):(0):($2 - $1) with vectors nohead linecolor rgb red linewidth 2, \
     "" using (0):1:4 with labels left noenhanced textcolor rgb "#505050", \
     "rows.tsv" using 8:1:16 with labels left offset 0.7, 0 noenhanced textcolor rgb black

# Time.
unset label
unset object
unset arrow
set lmargin at screen time_edge
set rmargin at screen right_edge
unset ytics
panel = (right_edge - time_edge) * width
share = (time_text_width + 22) / panel
room = 1 / (1 - (share < 0.7 ? share : 0.7))
if (timed) {
    set xlabel sprintf("time (%s)", time_unit) noenhanced textcolor rgb black
} else {
    set xlabel "time" noenhanced textcolor rgb black
    unset xtics
}
if (time_first > 0) {
    set logscale x
    decades = log10(time_high / time_first) * room
    set xrange [time_first : time_first * 10 ** decades]
    set xtics 10 ** ceil(decades * 50 / panel)
    set format x "%g"
} else {
    set xrange [0 : time_high * room]
    if (timed) {
        set xtics step(time_high * room * 50 / panel)
    }
}
plot "rows.tsv" using 12:1 with points pointtype 6 pointsize 1.1 linecolor rgb red, \
     "" using 9:1:10:11 with xerrorbars pointtype 7 pointsize 0.6 linecolor rgb blue, \
     "" using 13:1:17:14 with labels left offset 1, 0 noenhanced textcolor rgb variable
unset multiplot
