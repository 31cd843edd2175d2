# The parts of the time as one bar a row: shares that stand end to end, with the whole time beside them. A row of the table
# has a slot, from the top down; a panel (a section: a cap) begins with a slot for its heading.

slot_height = 20.0
top = head_height + 24
eval canvas(top + slots * slot_height + bottom)

left_edge  = (character * wide_label + 20) / width
right_edge = 1 - (character * larger(wide_time, wide_outcome) + 24) / width
half = 0.3

set multiplot
set tmargin at screen at_y(top)
set bmargin at screen bottom / height
set lmargin at screen left_edge
set rmargin at screen right_edge
set grid xtics noytics

eval head(0)
array entry[7]  = [words_user, words_system, words_run_queue, words_blocked_memory, words_blocked_storage, words_blocked_rest, words_blocked]
array colour[7] = [blue, sky, grey, red, orange, purple, red]
array shown[7]  = [some_user, some_system, some_run_queue, some_blocked_memory, some_blocked_storage, some_blocked_rest, some_blocked]
x = 12.0
y = head_height + 8
do for [i = 1:7] {
    if (shown[i]) {
        eval legend_bar(i, x, y, sprintf("fillstyle solid noborder fillcolor rgb '%s'", colour[i]))
        eval legend_says(i, x, y, sprintf("entry[%d]", i))
        x = x + 40 + 6.4 * strlen(entry[i])
    }
}

# Where the n-th part ends; the parts are adjacent figures of four columns each.
end_of(n) = n < 1 ? 0 : or_zero(first_1 + 4 * (n - 1)) + end_of(n - 1)
drawn(n) = had(first_1 + 4 * (n - 1)) ? end_of(n) : NaN
said(c) = had(at_time) ? strcol(at_time + 3) : strcol(outcome_text)
said_colour(c) = column(outcome) == is_ok ? 0x202020 : is_bad(column(outcome)) ? 0xb04000 : 0x505050

set xrange [0 : 100]
set xtics 20
set xlabel with_unit(title_1, unit_1) noenhanced textcolor rgb black
set yrange [slots - 0.5 : -0.5]
set ytics noenhanced scale 0
eval slot_headings(0, (right_edge - left_edge) * width / character)
plot points_tsv using (0):at_place:yticlabel(label) with points pointtype 0 linecolor rgb light, \
     for [n = 1:7] "" using (drawn(n)):at_place:(end_of(n - 1)):(drawn(n)):(column(at_place) - half):(column(at_place) + half) \
         with boxxyerror linecolor rgb colour[n], \
     "" using (100):at_place:(said(0)):(said_colour(0)) with labels left offset 1, 0 noenhanced textcolor rgb variable, \
     for [k = 1:hints] "" using (0):at_place:(hint(0)) with labels hypertext point pointtype 7 pointsize 0.1
unset multiplot
