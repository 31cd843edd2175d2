# Memory over time, a panel a variant on the same axes; swap lies on top of memory, the cap is a line.

columns = panels < 3 ? panels : 3
rows = int((panels + columns - 1) / columns)
left = 66.0
right = 18.0
top = head_height + 14
gap_x = 18.0
gap_y = 26.0                  # a panel's heading
inner = panels == 1 ? 220.0 : 110.0
inner_width = (width - left - right - (columns - 1) * gap_x) / columns
eval canvas(top + rows * (gap_y + inner) + bottom)

set multiplot
eval head(0)
array entry[4]  = ["memory, page cache included", "swap", "cap", "the job was ended"]
array colour[4] = [blue, orange, red, failed]
array shown[4]  = [1, some_swap_now, has_cap, points - count_ok]
x = 12.0
y = head_height + 8
do for [i = 1:4] {
    if (shown[i]) {
        if (i <= 2) { eval legend_bar(i, x, y, sprintf("fillstyle solid noborder fillcolor rgb '%s'", colour[i])) }
        if (i == 3) { eval legend_line(i, x, y, colour[i], "linewidth 2") }
        if (i == 4) { eval legend_point(i, x, y, colour[i], 2, 0.8) }
        eval legend_says(i, x, y, sprintf("entry[%d]", i))
        x = x + 40 + 6.4 * strlen(entry[i])
    }
}

mine(p) = column(in_panel) == p
total(c) = or_zero(at_memory_now) + or_zero(at_swap_now)

# How each ended, and its peak, which is where one that was ended is marked.
array peak_x[panels]
array peak_y[panels]
array ended[panels]
array ended_word[panels]
do for [p = 1:panels] {
    peak_y[p] = -1
}
stats points_tsv using (n = int(column(in_panel)), higher = total(0) >= peak_y[n], \
    peak_x[n] = higher ? column(at_place) : peak_x[n], peak_y[n] = higher ? total(0) : peak_y[n], \
    ended[n] = int(column(outcome)), ended_word[n] = strcol(outcome_text), 1) nooutput

highest = high_1 > 0 ? high_1 : 1
do for [p = 1:panels] {
    highest = larger(highest, peak_y[p])
}
x_end = (high_x > 0 ? high_x : 1) * 1.06
set xrange [0 : x_end]
set yrange [0 : highest * 1.1]
set xtics step(x_end * 45 / inner_width)
set ytics step(highest * 30 / inner)

do for [p = 1:panels] {
    row = int((p - 1) / columns)
    column_number = (p - 1) % columns
    x0 = left + column_number * (inner_width + gap_x)
    y0 = top + row * (gap_y + inner) + gap_y
    set lmargin at screen at_x(x0)
    set rmargin at screen at_x(x0 + inner_width)
    set tmargin at screen at_y(y0)
    set bmargin at screen at_y(y0 + inner)
    if (column_number == 0) {
        set format y "%g"
        set ylabel with_unit(title_1, unit_1) noenhanced textcolor rgb black offset 0.3, 0
    } else {
        set format y ""
        unset ylabel
    }
    if (p + columns > panels) {
        set format x "%g"
        set xlabel with_unit("time", unit_x) noenhanced textcolor rgb black
    } else {
        set format x ""
        unset xlabel
    }
    set label 9 fitting(heading[p], (inner_width - (ended[p] != is_ok ? 60 : 0)) / character) at graph 0, screen at_y(y0 - 9) left noenhanced textcolor rgb muted
    unset arrow 5
    if (panel_cap[p] == panel_cap[p]) {
        set arrow 5 from graph 0, first panel_cap[p] to graph 1, first panel_cap[p] nohead linecolor rgb red linewidth 2 front
    }
    unset label 7
    unset label 8
    if (ended[p] != is_ok) {
        set label 8 "" at peak_x[p], peak_y[p] point pointtype 2 pointsize 0.8 linewidth 2 linecolor rgb failed front
        set label 7 ended_word[p] at graph 1, screen at_y(y0 - 9) right noenhanced textcolor rgb failed
    }
    plot points_tsv using (mine(p) ? column(at_place) : NaN):(number(at_memory_now)) with filledcurves x1 linecolor rgb blue, \
         "" using (mine(p) ? column(at_place) : NaN):(number(at_memory_now)):(number(at_memory_now) + or_zero(at_swap_now)) \
             with filledcurves linecolor rgb orange
    eval head_done
}
unset multiplot
