# Needs as bars of memory and swap against the cap's line, core bytes marked; time beside. A row of the table has a slot,
# from the top down; a panel (a section: a cap) begins with a slot for its heading.

slot_height = 20.0
top = head_height + 24
eval canvas(top + slots * slot_height + bottom)

left_edge  = (character * wide_label + 20) / width
right_edge = 0.97
needs_edge = left_edge + (right_edge - left_edge) * 0.58
time_edge  = needs_edge + 0.03
half = 0.3
cut_off = count_oom + count_timeout + count_killed + count_crash

set multiplot
set tmargin at screen at_y(top)
set bmargin at screen bottom / height
set grid xtics noytics

# gnuplot's own legend would keep to the width of one panel.
eval head(0)
array entry[8]  = ["memory", "cut off", "swap", "needs uncapped", "core bytes", "cap", "time, range", "time uncapped"]
array colour[8] = [blue, sky, orange, red, black, red, blue, red]
array shown[8]  = [1, cut_off, some_swap, has_uncapped_needs, some_core, has_cap, has_time, has_uncapped_time]
array shape[8]  = ["bar", "bar", "bar", "outline", "line", "line", "dot", "ring"]
x = 12.0
y = head_height + 8
do for [i = 1:8] {
    if (shown[i]) {
        if (shape[i] eq "bar")     { eval legend_bar(i, x, y, sprintf("fillstyle solid noborder fillcolor rgb '%s'", colour[i])) }
        if (shape[i] eq "outline") { eval legend_bar(i, x, y, sprintf("fillstyle empty border rgb '%s' dashtype 2", colour[i])) }
        if (shape[i] eq "line")    { eval legend_tick(i, x, y, colour[i]) }
        if (shape[i] eq "dot")     { eval legend_point(i, x, y, colour[i], 7, 0.6) }
        if (shape[i] eq "ring")    { eval legend_point(i, x, y, colour[i], 6, 1.1) }
        eval legend_says(i, x, y, sprintf("entry[%d]", i))
        x = x + 40 + 6.4 * strlen(entry[i])
    }
}

is_cut(c) = column(outcome) != is_ok && column(outcome) != is_wrong

# Swap never makes more than the need: it may have been sampled at another moment.
swapped(c) = had(at_swap) && column(at_swap) > 0 ? \
    (had(at_needs) && column(at_swap) > column(at_needs) ? column(at_needs) : column(at_swap)) : 0
in_memory(c) = number(at_needs) - swapped(c)

# A figure stands right of its bar, and of a mark on which it would stand.
share = 0.2 * high_1
behind(place, mark) = mark == mark && mark > place && mark - place < share ? mark : place
bar_end(c) = larger(larger(number(at_needs), number(at_uncapped_needs)), 0)
figure_at(c) = behind(behind(bar_end(c), number(at_core)), panel_cap[int(column(in_panel))])

# Needs. Figures stand right of the bars, so the axis is longer by the widest of them.
set lmargin at screen left_edge
set rmargin at screen needs_edge
panel = (needs_edge - left_edge) * width
figure_text(c) = had(at_uncapped_needs) ? strcol(at_uncapped_needs + 3) : strcol(at_needs + 3)
high_1 = high_1 > 0 ? high_1 : 1
room = panel
stats points_tsv using (room = shrunk(room, panel, figure_at(0) / high_1, character * strlen(figure_text(0)) + 12), 1) nooutput
set yrange [slots - 0.5 : -0.5]
longest = high_1 * panel / room
eval slot_headings(0, panel / character)
set xrange [0 : longest]
set xtics step(longest * 50 / panel)
set xlabel with_unit(title_1, unit_1) noenhanced textcolor rgb black
set ytics noenhanced scale 0
plot points_tsv using (0):at_place:(0):(is_cut(0) ? NaN : in_memory(0)):(column(at_place) - half):(column(at_place) + half):yticlabel(label) \
         with boxxyerror linecolor rgb blue, \
     "" using (0):at_place:(0):(is_cut(0) ? in_memory(0) : NaN):(column(at_place) - half):(column(at_place) + half) \
         with boxxyerror linecolor rgb sky, \
     "" using (swapped(0) > 0 ? in_memory(0) : NaN):at_place:(in_memory(0)):(number(at_needs)):(column(at_place) - half):(column(at_place) + half) \
         with boxxyerror linecolor rgb orange, \
     "" using (0):at_place:(0):(number(at_uncapped_needs)):(column(at_place) - half):(column(at_place) + half) \
         with boxxyerror fillstyle empty border rgb red linecolor rgb red dashtype 2, \
     "" using (had(at_core) && column(at_core) > 0 ? column(at_core) : NaN):(column(at_place) - 0.42):(0):(0.84) \
         with vectors nohead linecolor rgb black linewidth 2, \
     panels_tsv using 4:($2 + 0.5):(0):($3 - $2) with vectors nohead linecolor rgb red linewidth 2, \
     points_tsv using (figure_at(0)):at_place:(figure_text(0)) \
         with labels left offset 0.7, 0 noenhanced textcolor rgb black, \
     for [k = 1:hints] "" using (0):at_place:(hint(0)) with labels hypertext point pointtype 7 pointsize 0.1

# Time.
eval head_done
set lmargin at screen time_edge
set rmargin at screen right_edge
unset ytics
panel = (right_edge - time_edge) * width
if (shown_2) {
    set xlabel with_unit(title_2, unit_2) noenhanced textcolor rgb black
} else {
    set xlabel title_2 noenhanced textcolor rgb black
    unset xtics
}
is_log = shown_2 && logarithmic_2
first = is_log ? low_2 / 1.5 : 0
high_2 = high_2 > 0 ? high_2 : 1
longest_time(c) = larger(larger(number(at_time), number(at_time + 2)), number(at_uncapped_time))
time_at(c) = larger(longest_time(c), first)
said(c) = column(outcome) != is_ok ? strcol(outcome_text) : \
    strcol(at_time + 3) . (column(partial) == 1 ? " (" . strcol(outcome_text) . ")" : "")
said_colour(c) = column(outcome) == is_ok ? 0x202020 : is_bad(column(outcome)) ? 0xb04000 : 0x505050
room = panel
set xrange [*:*]
set yrange [*:*]
stats points_tsv using (room = shrunk(room, panel, share_of(time_at(0), first, high_2, is_log), \
    character * strlen(said(0)) + 16), 1) nooutput
set yrange [slots - 0.5 : -0.5]
if (is_log) {
    set logscale x
    decades = log10(high_2 / first) * panel / room
    set xrange [first : first * 10 ** decades]
    eval log_tics("xtics", first, first * 10 ** decades, panel / 40)
    set format x "%g"
} else {
    set xrange [0 : high_2 * panel / room]
    if (shown_2) {
        set xtics step(high_2 * panel / room * 50 / panel)
    }
}
plot points_tsv using at_uncapped_time:at_place with points pointtype 6 pointsize 1.1 linecolor rgb red, \
     "" using at_time:at_place:at_time + 1:at_time + 2 with xerrorbars pointtype 0 linecolor rgb blue, \
     "" using at_time:at_place with points pointtype 7 pointsize 0.6 linecolor rgb blue, \
     "" using (time_at(0)):at_place:(said(0)):(said_colour(0)) with labels left offset 1, 0 noenhanced textcolor rgb variable
unset multiplot
