# A dot a row with its range, and its figure beside; a row of the table has a slot, from the top down, and a panel begins
# with a slot for its heading. What ended in another way has its outcome beside it, and a ring where the figure is its
# reference's.

slot_height = 20.0
top = 70.0
bottom = 46.0
eval canvas(top + slots * slot_height + bottom)

left = character * wide_label + 20
right = width - 24
inner_width = right - left
text_width = character * (wide_outcome + 14) + 30

set multiplot
set label 1 title[1] at screen at_x(12), screen at_y(16) left noenhanced textcolor rgb black font ",12.5"
set label 2 title[2] at screen at_x(12), screen at_y(36) left noenhanced textcolor rgb muted
set lmargin at screen at_x(left)
set rmargin at screen at_x(right)
set tmargin at screen at_y(top)
set bmargin at screen bottom / height
set yrange [slots - 0.5 : -0.5]
set grid xtics noytics
set ytics noenhanced scale 0
set xlabel with_unit(title_1, unit_1) noenhanced textcolor rgb black
share = text_width / inner_width
room = 1 / (1 - (share < 0.6 ? share : 0.6))
if (logarithmic_1) {
    set logscale x
    x_begin = low_1 / 1.3
    decades = log10(high_1 / x_begin) * room
    x_end = x_begin * 10 ** decades
    if (decades < 2.5) {
        set xtics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    }
    set format x "%g"
} else {
    x_begin = 0
    x_end = high_1 * room
    set xtics step(x_end * 50 / inner_width)
}
set xrange [x_begin : x_end]
if (unit_1 eq "×") {
    set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb grey dashtype 2 back
}
had(c) = valid(c) && column(c) == column(c)
number(c) = had(c) ? column(c) : NaN
right_end(c) = had(first_1 + 2) ? column(first_1 + 2) : had(first_1) ? column(first_1) : x_begin
said(c) = strcol(first_1 + 3) . (column(outcome) == is_ok && column(partial) != 1 ? "" : \
    (strlen(strcol(first_1 + 3)) > 1 ? " (" . strcol(outcome_text) . ")" : strcol(outcome_text)))
said_colour(c) = column(outcome) == is_ok ? 0x202020 : \
    column(outcome) == is_skipped || column(outcome) == is_refused ? 0x505050 : 0xb04000
plot "points.tsv" using (x_begin):at_place:yticlabel(label) with points pointtype 0 linecolor rgb light, \
     "" using (x_begin):at_place:(had(first_1) ? column(first_1) - x_begin : 0):(0) with vectors nohead linecolor rgb light linewidth 2, \
     "" using first_1:at_place:first_1 + 1:first_1 + 2 with xerrorbars pointtype 0 linecolor rgb blue, \
     "" using (column(outcome) == is_ok ? number(first_1) : NaN):at_place with points pointtype 7 pointsize 0.9 linecolor rgb blue, \
     "" using (column(outcome) == is_ok ? NaN : number(first_1)):at_place with points pointtype 6 pointsize 0.9 linewidth 1.6 linecolor rgb red, \
     "panels.tsv" using (x_begin):2:7 with labels left noenhanced textcolor rgb muted, \
     "points.tsv" using (right_end(0)):at_place:(said(0)):(said_colour(0)) with labels left offset 1.2, 0 noenhanced textcolor rgb variable
unset multiplot
