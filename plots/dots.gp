# A dot with its range and its figure beside; a row of the table has a slot, from the top down, with a line in it for each
# series, and a panel begins with a slot for its heading. What ended in another way has its outcome beside it, and a ring
# where there is a figure all the same: its reference's.

line_height = 15.0
slot_height = series > 1 ? 6 + line_height * series : 20.0
legend_height = series > 1 || strlen(series_name[1]) > 0 ? 22.0 : 0.0
top = head_height + 4 + legend_height
eval canvas(top + slots * slot_height + bottom)

left = character * wide_label + 20
right = width - 24
inner_width = right - left

set multiplot
eval head(0)
x = 12.0
do for [s = 1:series] {
    if (legend_height > 0 && x < width - 100) {
        eval legend_point(s, x, head_height + 8, series_colour[s], 7, 0.9)
        eval legend_says(s, x, head_height + 8, sprintf("series_name[%d]", s))
        x = x + 40 + character * strlen(series_name[s])
    }
}
set lmargin at screen at_x(left)
set rmargin at screen at_x(right)
set tmargin at screen at_y(top)
set bmargin at screen bottom / height
set grid xtics noytics
set ytics noenhanced scale 0
set xlabel with_unit(title_1, unit_1) noenhanced textcolor rgb black
first = logarithmic_1 ? low_1 / 1.2 : 0
behind(c) = larger(larger(number(first_1), number(first_1 + 2)), first)
fine(c) = column(outcome) == is_ok && column(partial) != 1
said(c) = !had(first_1) ? strcol(outcome_text) : \
    strcol(first_1 + 3) . (fine(0) ? "" : " (" . strcol(outcome_text) . ")")
room = inner_width
stats points_tsv using (room = shrunk(room, inner_width, share_of(behind(0), first, high_1, logarithmic_1), \
    character * strlen(said(0)) + 20), 1) nooutput
if (logarithmic_1) {
    set logscale x
    decades = log10(high_1 / first) * inner_width / room
    x_end = first * 10 ** decades
    eval log_tics("xtics", first, 1.2 * high_1, inner_width / 50)
    set format x "%g"
} else {
    x_end = high_1 * inner_width / room
    set xtics step(x_end * 50 / inner_width)
}
set xrange [first : x_end]
set yrange [slots - 0.5 : -0.5]
eval slot_headings(first, inner_width / character)

y_of(c) = column(at_place) + (column(in_series) - (series + 1) / 2.0) * line_height / slot_height
said_colour(c) = column(outcome) == is_ok ? 0x202020 : is_bad(column(outcome)) ? 0xb04000 : 0x505050
rgb_of(c) = series_rgb[int(column(in_series))]
plot panels_tsv using (unit_1 eq "×" ? 1 : NaN):($2 + 0.5):(0):($3 - $2) with vectors nohead linecolor rgb grey linewidth 1, \
     points_tsv using (first):at_place:yticlabel(label) with points pointtype 0 linecolor rgb light, \
     "" using (logarithmic_1 ? NaN : 0):(y_of(0)):(number(first_1)):(0) \
         with vectors nohead linecolor rgb light linewidth 3, \
     "" using (number(first_1)):(y_of(0)):(column(first_1 + 1)):(column(first_1 + 2)):(rgb_of(0)) \
         with xerrorbars pointtype 0 linewidth 1.4 linecolor rgb variable, \
     "" using (column(outcome) == is_ok ? number(first_1) : NaN):(y_of(0)):(rgb_of(0)) \
         with points pointtype 7 pointsize 0.9 linecolor rgb variable, \
     "" using (column(outcome) == is_ok ? NaN : number(first_1)):(y_of(0)) \
         with points pointtype 6 pointsize 0.9 linewidth 1.6 linecolor rgb red, \
     "" using (behind(0)):(y_of(0)):(said(0)):(said_colour(0)) \
         with labels left offset 1.2, 0 noenhanced textcolor rgb variable, \
     for [k = 1:hints] "" using (first):(y_of(0)):(hint(0)) with labels hypertext point pointtype 7 pointsize 0.1
unset multiplot
